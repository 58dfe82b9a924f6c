"""Command line of the benchmark."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

from bench.programs import go_programs, programs, small_ones
from bench.timing import Contender, run_in_turn
from tools.testbed.golang import goroot

_BIN = Path(sys.executable).parent
_LINKCHECK = [str(_BIN / "linkcheck"), "analyze"]


def main() -> int:
    """Measure and print; never fails on a number, as machines differ."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=9, help="counted runs of each command")
    parser.add_argument("--programs", type=int, default=100, help="programs of the bulk run")
    parser.add_argument("--matrix", action="store_true", help="measure `linkcheck matrix` alone")
    options = parser.parse_args()
    print(f"{os.cpu_count()} CPUs, Python {sys.version.split()[0]}\n")
    if options.matrix:
        from bench.matrix import measure_matrix  # noqa: PLC0415 -- wants an engine, the rest none

        measure_matrix()
        return 0
    _cold(options.rounds)
    _bulk(options.programs, max(3, options.rounds // 3))
    _memory()
    return 0


def _cold(rounds: int) -> None:
    program = str(small_ones(10)[-1])
    with tempfile.TemporaryDirectory() as scratch:
        mine = Contender("linkcheck analyze", [*_LINKCHECK, program])
        floor = Contender(
            "floor: import typer, elftools",
            [sys.executable, "-c", "import typer, elftools.elf.elffile"],
        )
        lddtree = Contender("lddtree", [shutil.which("lddtree") or "lddtree", program])
        others = [
            Contender("auditwheel lddtree", [str(_BIN / "auditwheel"), "lddtree", program]),
            Contender("blint", [str(_BIN / "blint"), "-i", program, "-o", scratch, "--no-banner"]),
        ]
        print(f"Cold, one program of {Path(program).stat().st_size / 1e6:.1f} MB")
        run_in_turn([mine, floor, lddtree, *others], rounds)
    _table(mine, [floor, lddtree, *others])
    _goal("no slower than lddtree", mine, lddtree, 1.0)
    _goal("within 1.4 of the floor", mine, floor, 1.4)


def _bulk(count: int, rounds: int) -> None:
    files = [str(p) for p in small_ones(count)]
    average = sum(Path(p).stat().st_size for p in files) / max(1, len(files))
    go = str(goroot() / "bin" / "go")
    mine = Contender("linkcheck analyze --jobs 1", [*_LINKCHECK, "--jobs", "1", *files])
    default = Contender("linkcheck analyze", [*_LINKCHECK, *files])
    lddtree = Contender("lddtree", [shutil.which("lddtree") or "lddtree", *files])
    readelf = Contender("readelf -dVW", ["readelf", "-dVW", *files])
    version = Contender("go version -m", [go, "version", "-m", *files])
    print(f"\nBulk, {len(files)} programs of {average / 1e6:.2f} MB on average in one call")
    run_in_turn([mine, default, lddtree, readelf, version], rounds)
    _table(mine, [default, lddtree, readelf, version])
    print(f"  {1000 * mine.median / len(files):.2f} ms a program (goal: under 6)")
    both = readelf.median + version.median if readelf.seconds and version.seconds else 0
    if both:
        print(f"  {mine.median / both:.2f} of readelf plus go version -m (goal: within 5)")
    big = [str(p) for p in go_programs(0)]
    if big:
        total = sum(Path(p).stat().st_size for p in big)
        ours = Contender("linkcheck analyze --jobs 1", [*_LINKCHECK, "--jobs", "1", *big])
        print(f"\nBulk, {len(big)} Go programs of {total / len(big) / 1e6:.1f} MB on average")
        run_in_turn([ours], 3)
        if ours.seconds:
            print(f"  {1000 * ours.median / len(big):.2f} ms a program")


def _memory() -> None:
    biggest = programs()[-1]
    mine = Contender("linkcheck analyze", [*_LINKCHECK, str(biggest)])
    print(f"\nMemory, a program of {biggest.stat().st_size / 1e6:.0f} MB")
    run_in_turn([mine], 3)
    if mine.seconds:
        print(f"  {mine.median:.2f} s, peak {mine.peak_bytes / 1e6:.0f} MB (goal: under 120)")


def _table(mine: Contender, others: list[Contender]) -> None:
    for contender in (mine, *others):
        if contender.error or not contender.seconds:
            print(f"  {contender.name:32} could not take part: {contender.error}")
            continue
        ratio = mine.median / contender.median if mine.seconds else float("nan")
        low, high = min(contender.seconds), max(contender.seconds)
        print(
            f"  {contender.name:32} {1000 * contender.median:9.1f} ms "
            f"({1000 * low:.1f} to {1000 * high:.1f})   linkcheck takes {ratio:.2f} of it"
        )


def _goal(text: str, mine: Contender, other: Contender, bound: float) -> None:
    if mine.seconds and other.seconds:
        ratio = mine.median / other.median
        print(f"  goal {text}: {ratio:.2f}, {'met' if ratio <= bound else 'missed'}")


if __name__ == "__main__":
    sys.exit(main())
