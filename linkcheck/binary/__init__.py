"""Bytes of a program file -> facts. Nothing here executes anything.

`read_facts` is the whole interface; `read_shared_object` serves the loader models.
"""

from linkcheck.binary.elf.shared import read_shared_object
from linkcheck.binary.read import read_facts

__all__ = ["read_facts", "read_shared_object"]
