"""Needs minus provides: what a program wants, what happens on a base, and which base to take.

Pure functions over the model's types: `needs_of`, `judge`, `recommend`.
"""

from linkcheck.advise.needs import needs_of
from linkcheck.advise.recommend import recommend
from linkcheck.advise.verdict import judge

__all__ = ["judge", "needs_of", "recommend"]
