"""Command line of the runs that are cut off."""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tools.killed.leftovers import containers_of, docker
from tools.killed.moments import RECIPES, WAYS, Matrix, cut_off, delays
from tools.testbed import engine, newer_engine
from tools.testbed.host import say

_VERIFY_IN = ("scratch", "docker:linkcheck-test/debian:12")


def main() -> int:
    """Cut runs off at random moments; 1 where anything was left over or the next run was wrong."""
    parser = argparse.ArgumentParser(prog="python -m tools.killed", description=__doc__)
    parser.add_argument("--moments", type=int, default=20, help="how many in all")
    parser.add_argument("--restarts", type=int, default=0, help="engine restarts among them")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if engine.version() is None:
        print("killed: no Docker Engine answers: python -m tools.testbed docker", file=sys.stderr)
        return 2
    # a shell starts what it puts into the background with SIGINT ignored, and we hand that on
    signal.signal(signal.SIGINT, signal.default_int_handler)
    chosen = random.Random(options.seed)
    ways = [WAYS[i % len(WAYS)] for i in range(options.moments - options.restarts)]
    ways += ["engine"] * options.restarts
    failures = 0
    with tempfile.TemporaryDirectory(prefix="killed-") as folder:
        matrices = (Matrix(Path(folder, "plain")), Matrix(Path(folder, "verified"), _VERIFY_IN))
        longest = [_undisturbed(matrix, chosen) for matrix in matrices]
        say(f"{len(RECIPES)} recipes take {longest[0]:.1f} s, with --verify {longest[1]:.1f} s")
        for number, way in enumerate(ways):
            which = number % 2
            matrices[which].edit(chosen.randrange(10**6, 10**9))
            (delay,) = delays(chosen.randrange(10**9), 1, longest[which])
            ended, wrong = cut_off(matrices[which], way, delay, _restart)
            done = sum(build["status"] == "ok" for build in ended.builds)
            say(
                f"{number + 1:2} {way:9} after {delay:4.1f} s{' (--verify)' if which else ''}: "
                f"exit code {ended.exit_code}, {done} built, ended {ended.seconds - delay:.1f} s "
                f"later: {'; '.join(wrong) or 'nothing left over, next run right'}"
            )
            failures += bool(wrong)
    print(f"killed: {len(ways) - failures} of {len(ways)} moments left nothing over")
    return 1 if failures else 0


def _undisturbed(matrix: Matrix, chosen: random.Random) -> float:
    matrix.edit(chosen.randrange(10**6, 10**9))
    matrix.run()
    matrix.edit(chosen.randrange(10**6, 10**9))
    return matrix.run().seconds


def _restart(pid: int) -> None:
    """End the engine as a service manager would, and start it again.

    Not while anything runs, or was made a moment ago, that is none of the linkcheck process `pid`.
    """
    while _strangers(pid):
        time.sleep(0.5)
    daemons = _daemons()
    for daemon in daemons:
        os.kill(daemon, signal.SIGTERM)
    while daemons & _daemons():
        time.sleep(0.1)
    engine.start()


def _strangers(pid: int) -> set[str]:
    running = docker("ps", "--format", "{{.ID}}")
    every = docker("ps", "--all", "--format", "{{.ID}} {{.RunningFor}}")
    young = [line.split()[0] for line in every if "second" in line]
    return {*running, *young} - set(containers_of(pid))


def _daemons() -> set[int]:
    """The engines that run, but for the testbed's second one.

    One that has ended is none, though nobody has waited for it yet.
    """
    found = subprocess.run(["pidof", "dockerd"], capture_output=True, text=True, check=False)
    return {pid for pid in map(int, found.stdout.split()) if _is_first(pid)}


def _is_first(pid: int) -> bool:
    try:
        arguments = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
    # empty for one that has ended
    return bool(arguments) and newer_engine.address().encode() not in arguments


if __name__ == "__main__":
    sys.exit(main())
