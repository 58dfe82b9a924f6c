"""Command line of the weighed Dockerfiles."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tools.dockerfiles import coins, projects
from tools.projects.__main__ import IMAGE
from tools.projects.catalog import PROJECTS
from tools.projects.sources import source_of
from tools.testbed import buildx, compose, engine, golang, images
from tools.testbed.host import TestbedError, say
from tools.testbed.standins import stand_ins

TOP = Path(__file__).resolve().parents[2]
PAGE = TOP / "docs" / "dockerfile.md"
BEGIN, END = "<!-- measured: python -m tools.dockerfiles -->", "<!-- end -->"
GOLANG = f"golang:{golang.VERSION}-bookworm"


def main() -> int:
    """Build, start and weigh everything; 1 where a program did not answer, 2 without a testbed."""
    options = _options()
    try:
        engine.start()
        buildx.make()
        compose.make()
        images.golang_with(IMAGE, tuple(name for p in PROJECTS for name in p.libraries))
        with stand_ins():
            rows = [
                projects.weigh(project, source_of(project), GOLANG, IMAGE, say)
                for project in PROJECTS
                if not options.only or project.name in options.only
            ]
            app = [] if options.only else coins.weigh(GOLANG)
    except (TestbedError, LookupError) as error:
        print(f"dockerfiles: error: {error}", file=sys.stderr)
        return 2
    print("\n".join((*project_table(rows), *coins_table(app))))
    if not options.only:
        date = time.strftime("%Y-%m-%d")
        fill(PAGE, [f"On {date}:", "", *project_table(rows)])
        fill(coins.EXAMPLE / "README.md", [f"On {date}:", "", *coins_table(app)])
    return 0 if all(row.same for row in rows) else 1


def project_table(rows: Sequence[projects.Weighed]) -> list[str]:
    """A row a project, sizes in MB."""
    lines = ["| Project | Recipe | Base | Image | on debian:12-slim | in golang | Started |"]
    lines += ["| --- | --- | --- | --- | --- | --- | --- |"]
    for row in rows:
        answer = "same answer" if row.same else "another answer"
        sizes = " | ".join(_mb(size) for size in (row.size, row.debian, row.golang))
        lines.append(
            f"| {row.project} {row.version} | {row.recipe} | {row.base} | {sizes} "
            f"| exit code {row.exit_code}, {answer} |"
        )
    return lines


def coins_table(rows: Sequence[coins.Weighed]) -> list[str]:
    """A row a service and their sum, sizes in MB."""
    total = coins.Weighed(
        "all",
        golang=sum(row.golang for row in rows),
        debian=sum(row.debian for row in rows),
        size=sum(row.size for row in rows),
    )
    return [
        "| Service | in golang | on debian:12-slim | compose.yaml |",
        "| --- | --- | --- | --- |",
        *(f"| {row.service} | {' | '.join(map(_mb, row[1:]))} |" for row in (*rows, total)),
    ]


def fill(page: Path, lines: Sequence[str]) -> None:
    """Put the lines between the two marks of a page."""
    before, _, rest = page.read_text("utf-8").partition(f"{BEGIN}\n")
    after = rest.partition(END)[2]
    page.write_text("\n".join((f"{before}{BEGIN}", *lines, f"{END}{after}")), encoding="utf-8")


def _mb(size: int) -> str:
    return f"{size / 1e6:.1f}"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.dockerfiles", description=__doc__)
    parser.add_argument("--only", action="append", metavar="PROJECT", help="write no page")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
