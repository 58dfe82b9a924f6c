"""Command line of the trials."""

from __future__ import annotations

import argparse
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat

from tools.trials.agreement import Tally
from tools.trials.bases import real_bases
from tools.trials.cells import Cell, try_program
from tools.trials.fixtures import fixture_programs
from tools.trials.programs import packaged_programs, slice_of

# a disagreement on start fails; of the rest these shares are asked
MIN_CATALOG_AGREEMENT = 0.99
MIN_SAME_TEXT = 0.95
_SHOWN = 120  # lines of each kind of difference


def main() -> int:
    """Run the trials; 1 where the agreement is not what is asked, 2 without a testbed."""
    options = _options()
    bases = real_bases()
    if len(bases) < options.min_bases:
        print(f"trials: {len(bases)} real roots; run `python -m tools.testbed roots` first")
        return 2
    began = time.monotonic()
    fixtures = fixture_programs(options.jobs, quick=options.quick)
    packaged = slice_of(packaged_programs(), options.slice)
    programs = [p for p in fixtures + packaged if options.only in p.label]
    print(
        f"trials: {len(fixtures)} fixture builds and {len(packaged)} packaged programs "
        f"in {len(bases)} real roots",
        flush=True,
    )
    from_root, from_catalog = Tally(), Tally()
    with ProcessPoolExecutor(options.jobs) as pool:
        results = pool.map(try_program, programs, repeat(bases), repeat(options.seconds))
        for cells in results:
            for cell in cells:
                _count(cell, from_root, from_catalog)
    ok = _report("from the very root", from_root, min_agreement=1.0, allow_unknown=False)
    ok &= _report("from the catalog", from_catalog, MIN_CATALOG_AGREEMENT, allow_unknown=True)
    print(f"trials: {from_root.cells} starts in {time.monotonic() - began:.0f} s")
    print(f"trials: {'agreement as asked' if ok else 'NOT the agreement asked for'}")
    return 0 if ok else 1


def _count(cell: Cell, from_root: Tally, from_catalog: Tally) -> None:
    from_root.add(cell, cell.from_root)
    if cell.from_catalog is not None:
        from_catalog.add(cell, cell.from_catalog)


def _report(title: str, tally: Tally, min_agreement: float, *, allow_unknown: bool) -> bool:
    print(f"\nPredicted {title}:")
    print(f"  start or no start  {_share(tally.agree, tally.cells)}, {tally.unknown} unknown")
    print(f"  error text         {_share(tally.texts_same, tally.texts)} the very text")
    print(f"  run-time needs     {_share(tally.needs_agree, tally.needs)}")
    for kind in (tally.disagreements, tally.text_differences, tally.need_differences):
        for line in kind[:_SHOWN]:
            print(f"  ! {line}")
        if len(kind) > _SHOWN:
            print(f"  ! ... and {len(kind) - _SHOWN} more")
    agreed = tally.cells == 0 or tally.agree / tally.cells >= min_agreement
    same = tally.texts == 0 or tally.texts_same / tally.texts >= MIN_SAME_TEXT
    needs = tally.needs_agree == tally.needs
    return agreed and same and needs and (allow_unknown or tally.unknown == 0)


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole} ({100 * part / whole:.2f} %)" if whole else "none"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.trials", description=__doc__)
    parser.add_argument("--slice", type=int, default=0, help="this many packaged programs, spread")
    parser.add_argument("--quick", action="store_true", help="fewer builds of the fixtures")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=1.0, help="grace time of one start")
    parser.add_argument("--only", default="", help="programs whose label contains this")
    parser.add_argument("--min-bases", type=int, default=10)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
