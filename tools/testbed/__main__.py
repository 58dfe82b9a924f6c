"""The command line: `python -m tools.testbed COMMAND`."""

from __future__ import annotations

import argparse
import sys
import time

from . import cache, golang, roots
from .host import TestbedError, say


def main(argv: list[str] | None = None) -> int:
    """Run one command; the exit code is 0, or 1 with the reason on standard error."""
    parser = argparse.ArgumentParser(prog="python -m tools.testbed", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    chosen = commands.add_parser("roots", help="root file systems of base images")
    chosen.add_argument("names", nargs="*", metavar="NAME", help="only these roots")
    commands.add_parser("go", help="a Go toolchain; its GOROOT is the last line printed")
    arguments = parser.parse_args(argv)
    began = time.monotonic()
    try:
        if arguments.command == "roots":
            roots.make(arguments.names)
        elif arguments.command == "go":
            print(golang.goroot())
            return 0
    except TestbedError as error:
        print(f"testbed: error: {error}", file=sys.stderr)
        return 1
    say(f"{arguments.command}: done in {time.monotonic() - began:.1f} s, in {cache.root()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
