"""Real Go projects: how they are put together, and that predictions about them come true."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from linkcheck.build.reuse import Store
from linkcheck.engine.folders import cache_home
from tools.projects.catalog import PROJECTS, Project
from tools.projects.measure import measure
from tools.projects.sources import recipe_of
from tools.projects.vendored import (
    Module,
    import_tree,
    lay_out,
    module_version,
    modules_below,
    vendor,
)
from tools.testbed import cache
from tools.trials.bases import real_bases

KNOWN = {project.name: project for project in PROJECTS}


@pytest.mark.parametrize(
    ("path", "debian", "version"),
    [
        ("github.com/mattn/go-sqlite3", "1.14.27~ds1-1", "v1.14.27"),
        ("github.com/mattn/go-isatty", "0.0.20-1", "v0.0.20"),
        ("golang.org/x/crypto", "1:0.25.0-1", "v0.25.0"),
        ("golang.org/x/tools", "1:0.25.0+ds-1", "v0.25.0"),
        ("github.com/go-gorp/gorp", "1.7.2-2", "v1.7.2"),
        ("github.com/docker/docker", "26.1.5+dfsg1-9", "v26.1.5+incompatible"),
        ("gopkg.in/yaml.v3", "3.0.1-3", "v3.0.1"),
        ("github.com/google/renameio/v2", "2.0.0-2", "v2.0.0"),
        ("github.com/godbus/dbus/v5", "6.0.0-1", "v5.0.0"),
        ("github.com/sean-/seed", "0.0~git20170313.e2103e2-3", "v0.0.0"),
        ("filippo.io/edwards25519", "1.0.0~rc1+git20210721-0.1", "v0.0.0"),
    ],
)
def test_a_debian_version_becomes_one_that_go_accepts_for_the_path(
    path: str, debian: str, version: str
) -> None:
    assert module_version(path, debian) == version


def _write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def test_a_module_begins_at_its_go_mod_else_at_the_topmost_go_file(tmp_path: Path) -> None:
    _write(
        tmp_path,
        {
            "example.com/one/go.mod": "module example.com/one/v2\n\ngo 1.21\n",
            "example.com/one/deep/a.go": "package deep",
            "example.com/two/a.go": "package two",
            "example.com/two/sub/a.go": "package sub",
            "example.com/two/other/go.mod": "module example.com/two/other\n",
        },
    )
    assert list(modules_below(tmp_path, "2.1.0-1")) == [
        Module("example.com/one", "example.com/one", "v2.1.0+incompatible", "1.21"),
        Module("example.com/one/v2", "example.com/one", "v2.1.0", "1.21"),
        Module("example.com/two", "example.com/two", "v2.1.0+incompatible", None),
        Module("example.com/two/other", "example.com/two/other", "v2.1.0+incompatible", None),
    ]


def test_a_library_is_vendored_under_each_of_its_paths_and_without_its_tests(
    tmp_path: Path,
) -> None:
    library, merged, own = tmp_path / "deb", tmp_path / "merged", tmp_path / "own"
    _write(
        library,
        {
            "src/example.com/lib/go.mod": "module example.com/lib/v2\n\ngo 1.20\n",
            "src/example.com/lib/sub/a.go": "package sub",
            "src/example.com/lib/sub/a_test.go": "package sub",
        },
    )
    (library / "src/example.com/lib/sub/link.go").symlink_to("/src/example.com/lib/sub/a.go")
    _write(own, {"go.mod": "module example.com/app\n\ngo 1.5\n", "main.go": "package main"})
    import_tree(library, Path("src"), merged)
    modules = list(modules_below(library / "src", "2.0.1-1"))
    lay_out(merged, modules)
    vendor(own, merged, modules, "")
    assert (own / "vendor" / "modules.txt").read_text().splitlines() == [
        "# example.com/lib v2.0.1+incompatible",
        "## explicit; go 1.20",
        "example.com/lib/sub",
        "# example.com/lib/v2 v2.0.1",
        "## explicit; go 1.20",
        "example.com/lib/v2/sub",
    ]
    assert sorted(p.name for p in (own / "vendor/example.com/lib/v2/sub").iterdir()) == [
        "a.go",
        "link.go",
    ]
    assert (own / "go.mod").read_text() == (
        "module example.com/app\n\ngo 1.17\n\nrequire (\n"
        "\texample.com/lib v2.0.1+incompatible\n\texample.com/lib/v2 v2.0.1\n)\n"
    )


@pytest.mark.testbed
@pytest.mark.go
@pytest.mark.parametrize(
    "project",
    # without its tag runc calls C all the same, and needs no library that this machine may lack
    [KNOWN["gron"], replace(KNOWN["runc"], tags=())],
    ids=["pure", "cgo"],
)
def test_a_real_project_starts_where_it_was_predicted_to(
    project: Project,
    bwrap: None,
    go_toolchain: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if not cache.is_current(f"projects/{project.name}", recipe_of(project)):
        pytest.skip("not in the cache: python -m tools.projects --fetch")
    monkeypatch.setenv("PATH", f"{go_toolchain.parent}{os.pathsep}{os.environ['PATH']}")
    rows = measure(
        project,
        cache.root() / "projects" / project.name,
        real_bases(),
        (),
        builder="local",
        image=None,
        recipes=("default", "static-glibc"),
        store=Store({"XDG_CACHE_HOME": str(cache_home(os.environ).parent)}),
        progress=lambda _: None,
    )
    assert [(row.recipe, row.status) for row in rows] == [("default", "ok"), ("static-glibc", "ok")]
    starts = [start for row in rows for start in row.starts]
    assert len(starts) >= 12
    assert [f"{s.base}: {s.disagreement}" for s in starts if s.disagreement] == []
    assert {start.trial.observed for start in starts} == {"started", "refused"}
