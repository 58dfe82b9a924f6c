"""Builds of Go programs: recipes as data, and the builders that carry them out.

`recipes` what varies, `extras` what the user adds; `source` and `remote` what is built;
`compilers` which C compiler makes what a recipe's name promises; `invocation` all that as one call
of `go`; `builder` the protocol; `local`, `docker` and `bake_builder` the builders, `choose` which
one to take; `reuse` what earlier runs built; `bake` and `results` the way to other machines.
"""
