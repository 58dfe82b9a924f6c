"""Bytes of a program file -> facts. Nothing here executes anything.

`read_facts` is the interface for programs; `elf.shared` reads what loaders load.
"""

from linkcheck.binary.read import read_facts

__all__ = ["read_facts"]
