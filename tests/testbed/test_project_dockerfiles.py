"""Printed Dockerfiles of real projects, and how the tables about them are written."""

from __future__ import annotations

from pathlib import Path

import pytest

from linkcheck.pipeline.shipping import shipping
from tests.ship.shipped import hadolint
from tools.dockerfiles import coins, projects
from tools.dockerfiles.__main__ import BEGIN, END, coins_table, fill, project_table
from tools.dockerfiles.images import answer_of, image_of, size_of
from tools.projects.catalog import PROJECTS
from tools.projects.sources import recipe_of
from tools.testbed import cache
from tools.testbed.standins import stand_ins

KNOWN = {project.name: project for project in PROJECTS}


@pytest.mark.docker
@pytest.mark.testbed
@pytest.mark.usefixtures("golang", "buildx")
@pytest.mark.parametrize("name", ["gron", "shfmt"])
def test_a_real_project_is_built_by_the_dockerfile_that_is_printed_for_it(
    name: str, tmp_path: Path
) -> None:
    project = KNOWN[name]
    if not cache.is_current(f"projects/{name}", recipe_of(project)):
        pytest.skip("not in the cache: python -m tools.projects --fetch")
    folder = cache.root() / "projects" / name
    made = shipping(projects.wish_for(project, folder, None), {}, lambda _: None)
    (tmp_path / "Dockerfile").write_text(made.dockerfile)
    hadolint(tmp_path / "Dockerfile")
    with stand_ins(), image_of(made.dockerfile, folder, made.ignore) as image:
        code, said = answer_of(image, project.arguments)
        assert code == 0, said
        assert said.strip()
        assert size_of(image) < 20_000_000


def test_a_table_takes_the_place_of_the_one_before_it(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"above\n\n{BEGIN}\nold\n{END}\n\nbelow\n")
    fill(page, ["new"])
    fill(page, ["newer"])
    assert page.read_text() == f"above\n\n{BEGIN}\nnewer\n{END}\n\nbelow\n"


def test_a_row_tells_the_sizes_and_whether_the_answer_was_the_same() -> None:
    row = projects.Weighed("x", "1.0-1", "cgo-off", "scratch", 2_000_000, 9_000_000, 5, 0, False)
    assert project_table([row])[-1] == (
        "| x 1.0-1 | cgo-off | scratch | 2.0 | 0.0 | 9.0 | exit code 0, another answer |"
    )
    shown = coins_table([coins.Weighed("a", 3_000_000, 2_000_000, 1_000_000)] * 2)
    assert shown[-1] == "| all | 6.0 | 4.0 | 2.0 |"
