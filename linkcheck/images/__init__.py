"""Any source of a base image -> what it provides and what a loader sees in it.

`resolve_base` turns a REF into a `ResolvedBase`; `root` and `root_view` look at real root file
systems, `catalog` knows the published bases.
"""
