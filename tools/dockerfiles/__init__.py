"""Printed Dockerfiles of real projects and of examples/coins, built, started and weighed:
`python -m tools.dockerfiles`.

The projects are those of `tools.projects`. The tables of docs/dockerfile.md and of the example's
README are written from the results.
"""
