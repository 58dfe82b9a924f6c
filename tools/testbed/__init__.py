"""The testbed: every base image, builder and program that tests and trials need.

All of it is made from ordinary package registries, because a container registry may be out of
reach and because a file system unpacked from the distribution's own packages can be inspected
down to the last symlink. Nothing here is installed with linkcheck; `python -m tools.testbed`
runs it, and README.md beside this file tells what it makes and where.
"""
