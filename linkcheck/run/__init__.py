"""Start a program in a real base, sandboxed, and tell a loader's refusal from its own failure."""

from linkcheck.run.bubblewrap import start_in_root
from linkcheck.run.observation import Observation

__all__ = ["Observation", "start_in_root"]
