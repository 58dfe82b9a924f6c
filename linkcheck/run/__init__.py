"""Start a program in a real base, sandboxed, and tell a loader's refusal from its own failure.

`runner` the protocol; `docker` and `bubblewrap` the runners; `choose` which one for which base;
`observation` what was seen; `runtime` the words of container runtimes; `agreement` prediction
against observation.
"""

from linkcheck.run.bubblewrap import start_in_root
from linkcheck.run.observation import Observation

__all__ = ["Observation", "start_in_root"]
