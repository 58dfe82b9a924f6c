"""Builds of one Go program: recipes as data, and the builders that carry them out.

`recipes` what varies; `source` what is built; `invocation` both as one `go build` call;
`builder` the protocol; `local` and `docker` the builders; `choose` which one to take.
"""
