"""ELF from program headers and DT_* alone: what kernel and loader act upon, nothing else.

pyelftools decodes the headers and notes; the long tables (symbols, relocations, versions) are
sliced out of the file and unpacked in one go, within bounds that a hostile file can't raise.
"""
