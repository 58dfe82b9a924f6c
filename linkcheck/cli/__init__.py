"""The command line: one module a command. The only package that prints, reads flags or exits.

Results go to stdout, everything else to stderr. Each command's module is imported when the
command is run, and imports what it needs inside its function: `analyze` answers in a tenth of
a second because it loads nothing else.
"""
