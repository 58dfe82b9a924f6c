"""The command line: `python -m tools.testbed COMMAND`."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable

from . import (
    buildx,
    cache,
    compose,
    engine,
    golang,
    images,
    newer_engine,
    programs,
    registry,
    roots,
)
from .host import TestbedError, need, say


def _commands() -> None:
    """Find or install what tests and trials call: to start programs, to build them, to look."""
    for command in ("bwrap", "gcc", "musl-gcc", "chromium", "chromedriver"):
        need(command)


# In the order in which `all` runs them: images need the engine and the roots.
COMMANDS: dict[str, tuple[str, Callable[[], object]]] = {
    "commands": ("bubblewrap, C compilers and a browser, installed here if need be", _commands),
    "go": ("a Go toolchain; its GOROOT is the last line printed", golang.goroot),
    "docker": ("a Docker Engine that answers, started here if need be", engine.start),
    "buildx": ("docker's buildx plugin, unpacked here if need be", buildx.make),
    "compose": ("docker's compose plugin, unpacked here if need be", compose.make),
    "newer-engine": (
        "a second engine, where that of the machine reads no heredocs",
        newer_engine.start,
    ),
    "registry": ("docker-registry, unpacked here; tests start it", registry.make),
    "roots": ("root file systems of base images", roots.make),
    "images": ("the roots and two Go builders as Docker images", images.make),
    "programs": ("real programs out of Debian and Alpine packages", programs.make),
}


def main(argv: list[str] | None = None) -> int:
    """Run one command; the exit code is 0, or 1 with the reason on standard error."""
    parser = argparse.ArgumentParser(prog="python -m tools.testbed", description=__doc__)
    chosen = parser.add_subparsers(dest="command", required=True)
    for name, (text, _) in COMMANDS.items():
        command = chosen.add_parser(name, help=text)
        if name == "roots":
            command.add_argument("names", nargs="*", metavar="NAME", help="only these roots")
    chosen.add_parser("all", help="all of these, in this order")
    arguments = parser.parse_args(argv)
    try:
        cache.sweep()
        if arguments.command == "all":
            for name, (_, run) in COMMANDS.items():
                _timed(name, run)
        elif arguments.command == "roots":
            _timed("roots", lambda: roots.make(arguments.names))
        else:
            _timed(arguments.command, COMMANDS[arguments.command][1])
        if arguments.command == "go":
            print(golang.goroot())
    except TestbedError as error:
        print(f"testbed: error: {error}", file=sys.stderr)
        return 1
    return 0


def _timed(name: str, run: Callable[[], object]) -> None:
    began = time.monotonic()
    run()
    say(f"{name}: done in {time.monotonic() - began:.1f} s, in {cache.root()}")


if __name__ == "__main__":
    sys.exit(main())
