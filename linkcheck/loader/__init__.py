"""How a kernel and a dynamic loader would start a program in a base, without starting it.

`load_in` is the interface. `kernel` decides whether exec accepts the file and finds its
interpreter; `glibc` and `musl` then do what those loaders do, over any `LibraryView`.
"""

from linkcheck.loader.load import load, load_in
from linkcheck.loader.options import LoadOptions

__all__ = ["LoadOptions", "load", "load_in"]
