"""Command line of the real projects."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from linkcheck.build.choose import choose_builder
from linkcheck.build.reuse import Store
from tools.projects.catalog import PROJECTS, Project
from tools.projects.measure import Built, measure
from tools.projects.page import Setting, page, summary
from tools.projects.sources import source_of, version_of
from tools.testbed import engine, golang, images
from tools.testbed.host import TestbedError, install, is_root, need, say
from tools.trials.bases import RealBase, real_bases

PAGE = Path(__file__).resolve().parents[2] / "docs" / "projects.md"
IMAGE = f"{images.REPOSITORY}/golang-projects"
_C_LIBRARIES = tuple(name for project in PROJECTS for name in project.libraries)
_MUSL = ("musl", "musl-dev", "musl-tools")
# bases that are also tried as images of the engine: one of each kind
_IN_ENGINE = (
    "scratch", "alpine-3.23", "debian-11", "debian-13",
    "distroless-static-debian13", "distroless-base-debian12", "distroless-cc-debian13",
)  # fmt: skip


def main() -> int:
    """Build and start everything; 1 where something was not as predicted, 2 without a testbed."""
    options = _options()
    bases = real_bases()
    if len(bases) < 6:
        print(f"projects: {len(bases)} real roots; run `python -m tools.testbed all` first")
        return 2
    chosen = [p for p in PROJECTS if not options.only or p.name in options.only]
    try:
        sources = {project.name: source_of(project) for project in chosen}
        if options.fetch:
            return 0
        need("bwrap")
        rows, described = _measured(chosen, sources, bases, options)
    except TestbedError as error:
        print(f"projects: error: {error}", file=sys.stderr)
        return 2
    setting = Setting(
        date=time.strftime("%Y-%m-%d"),
        versions={name: version_of(folder) for name, folder in sources.items()},
        builders=described,
        bases=[base.name for base in bases],
        images=_IN_ENGINE,
    )
    if not options.only:
        PAGE.write_text(page(rows, setting), encoding="utf-8")
    print("\n".join(summary(rows)))
    wrong = [(row, start) for row in rows for start in row.starts if start.disagreement]
    for row, start in wrong:
        where = f"{row.project} {row.recipe} ({row.builder}) in {start.base}"
        print(f"! {where}: {start.disagreement}\n    {start.trial.output_tail[-500:]!r}")
    return 1 if wrong else 0


def _measured(
    chosen: Sequence[Project],
    sources: dict[str, Path],
    bases: Sequence[RealBase],
    options: argparse.Namespace,
) -> tuple[list[Built], dict[str, str]]:
    os.environ["PATH"] += f"{os.pathsep}{golang.goroot() / 'bin'}"
    with_images = [(base, _image_of(base)) for base in bases if base.name in _IN_ENGINE]
    if "docker" in options.builder:
        engine.start()
        images.golang_with(IMAGE, (*_C_LIBRARIES, *_MUSL))
    if "local" in options.builder and is_root():
        install(*_C_LIBRARIES)
    described = {}
    rows: list[Built] = []
    for builder in options.builder:
        image = IMAGE if builder == "docker" else None
        made, _ = choose_builder(builder, image=image)
        described[builder] = f"{made.describe()} on {platform.machine()}, {os.cpu_count()} cores"
        made.close()
        for project in chosen:
            began = time.monotonic()
            rows += measure(
                project,
                sources[project.name],
                bases,
                with_images if builder == "docker" else (),
                builder=builder,
                image=image,
                recipes=options.recipe or (("all",) if builder == "docker" else ()),
                store=None if options.fresh else Store(os.environ),
                progress=say,
            )
            say(f"{project.name} with {builder}: {time.monotonic() - began:.0f} s")
    return rows, described


def _image_of(base: RealBase) -> str:
    """The REF of the image that the testbed made of a root."""
    if base.name == "scratch":
        return "scratch"
    family, _, release = base.name.partition("-")
    name = base.name if family == "distroless" else f"{family}:{release}"
    return f"docker:{images.REPOSITORY}/{name}"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.projects", description=__doc__)
    parser.add_argument("--only", action="append", metavar="PROJECT", help="write no page")
    parser.add_argument("--builder", nargs="*", default=["docker", "local"])
    parser.add_argument("--recipe", action="append", metavar="RECIPE")
    parser.add_argument("--fetch", action="store_true", help="only make the sources")
    parser.add_argument("--fresh", action="store_true", help="take no build of an earlier run")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
