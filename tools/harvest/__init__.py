"""The harvester: regenerates the catalog's data from real images and packages, and checks it.

`python -m tools.harvest --help` tells the commands. Every input is a folder given by argument;
files of an image never enter the project, only what was read from them.
"""
