"""A matrix that is cut off at random moments: `python -m tools.killed`.

Ctrl-C, SIGKILL of linkcheck, SIGKILL of a build's container, and a restart of the engine. Each time
nothing may be left over, and the next run must build the same programs as ever.
"""
