"""action.yml, the pre-commit hook and the snippets of docs/ci.md, each run as its host runs it."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.command import PROJECT

BAD = "FROM scratch\nCOPY --from=x /app /app\nENTRYPOINT /app\n"
GOOD = 'FROM scratch\nCOPY --from=x /app /app\nENTRYPOINT ["/app"]\n'
CI_PAGE = (PROJECT / "docs" / "ci.md").read_text(encoding="utf-8")


def action() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((PROJECT / "action.yml").read_text(encoding="utf-8"))
    return document


def snippets() -> list[str]:
    return re.findall(r"```yaml\n(.*?)```", CI_PAGE, re.DOTALL)


@pytest.fixture
def commands(tmp_path: Path) -> dict[str, str]:
    """An environment in which `linkcheck` is this checkout's."""
    folder = tmp_path / "bin"
    folder.mkdir()
    script = folder / "linkcheck"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m linkcheck "$@"\n', encoding="utf-8")
    script.chmod(0o755)
    path = f"{folder}:{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "PYTHONPATH": str(PROJECT)}


def run_action(work: Path, environ: dict[str, str], args: str) -> subprocess.CompletedProcess[str]:
    """The last step, as GitHub's runner runs `shell: bash`: `bash -eo pipefail SCRIPT`."""
    step = action()["runs"]["steps"][-1]
    (work / "step.sh").write_text(step["run"], encoding="utf-8")
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", work / "step.sh"],
        cwd=work,
        env={
            **environ,
            "ARGS": args,
            "SARIF": "out.sarif",
            "GITHUB_OUTPUT": str(work / "output"),
            "GITHUB_STEP_SUMMARY": str(work / "summary"),
            "RUNNER_TEMP": str(work),
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_action_annotates_summarises_and_fails_with_the_gates_exit_code(
    tmp_path: Path, commands: dict[str, str]
) -> None:
    (tmp_path / "a b").mkdir()
    (tmp_path / "a b" / "Dockerfile").write_text(BAD, encoding="utf-8")
    done = run_action(tmp_path, commands, "--dockerfile 'a b/Dockerfile'")
    assert done.returncode == 1
    assert "::error file=a b/Dockerfile,line=3," in done.stdout
    assert "## linkcheck: fail" in (tmp_path / "summary").read_text()
    assert (tmp_path / "output").read_text() == "sarif=out.sarif\n"
    assert json.loads((tmp_path / "out.sarif").read_text())["runs"][0]["results"]


def test_the_action_passes_a_good_dockerfile_and_expands_nothing(
    tmp_path: Path, commands: dict[str, str]
) -> None:
    (tmp_path / "Dockerfile").write_text(GOOD, encoding="utf-8")
    assert run_action(tmp_path, commands, "--dockerfile Dockerfile").returncode == 0
    hostile = run_action(tmp_path, commands, "--dockerfile $(touch${IFS}pwned)")
    assert hostile.returncode == 2
    assert not (tmp_path / "pwned").exists()


def test_the_action_without_arguments_runs_what_is_configured(
    tmp_path: Path, commands: dict[str, str]
) -> None:
    (tmp_path / "Dockerfile").write_text(BAD, encoding="utf-8")
    (tmp_path / ".linkcheck.toml").write_text("[[target]]\ndockerfile = 'Dockerfile'\n")
    done = run_action(tmp_path, commands, "")
    assert (done.returncode, "LC501" in done.stdout) == (1, True)


def test_the_action_pins_other_actions_by_commit_and_passes_inputs_by_environment() -> None:
    for step in action()["runs"]["steps"]:
        if "uses" in step:
            assert re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", step["uses"])
        else:
            assert "${{" not in step["run"]
            assert step["shell"] == "bash"


def test_the_script_of_the_gitlab_job_writes_both_reports(
    tmp_path: Path, commands: dict[str, str]
) -> None:
    job = next(yaml.safe_load(text) for text in snippets() if "codequality" in text)["linkcheck"]
    install, gate = job["script"]
    assert install.startswith("pip install")
    (tmp_path / "Dockerfile").write_text(BAD, encoding="utf-8")
    done = subprocess.run(
        ["sh", "-ec", gate],
        cwd=tmp_path,
        env=commands,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1
    reports = job["artifacts"]["reports"]
    assert json.loads((tmp_path / reports["codequality"]).read_text())[0]["check_name"]
    assert (tmp_path / reports["junit"]).read_text().startswith("<?xml")


def test_every_snippet_is_yaml_and_names_flags_that_exist(commands: dict[str, str]) -> None:
    for text in snippets():
        assert yaml.safe_load(text)
    help_ = subprocess.run(
        ["linkcheck", "gate", "--help"],
        env=commands,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    ).stdout
    flags = set(re.findall(r"(?<=\s)--[a-z-]+", CI_PAGE))
    of_others = {"--quiet", "--from"}
    assert {flag for flag in flags - of_others if flag not in help_} == set()


def test_the_pre_commit_hook_refuses_and_passes_dockerfiles(tmp_path: Path) -> None:
    pytest.importorskip("pre_commit", reason="pre-commit is a development dependency")
    hook, work = tmp_path / "hook", tmp_path / "work"
    for folder in (hook, work):
        folder.mkdir()
        subprocess.run(["git", "init", "-q", folder], check=True, timeout=60)
    shutil.copytree(
        PROJECT / "linkcheck", hook / "linkcheck", ignore=shutil.ignore_patterns("__pycache__")
    )
    for name in ("pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml"):
        shutil.copy(PROJECT / name, hook / name)
    author = ("-c", "user.name=x", "-c", "user.email=x@example.com")
    subprocess.run(["git", "-C", hook, "add", "-A"], check=True, timeout=60)
    subprocess.run(["git", "-C", hook, *author, "commit", "-qm", "x"], check=True, timeout=60)
    environ = {**os.environ, "PRE_COMMIT_HOME": str(tmp_path / "home")}
    for text, code, word in ((BAD, 1, "LC501"), (GOOD, 0, "Passed")):
        (work / "Dockerfile").write_text(text, encoding="utf-8")
        subprocess.run(["git", "-C", work, "add", "-A"], check=True, timeout=60)
        call = shlex.split("-m pre_commit try-repo HOOK linkcheck-gate --files Dockerfile")
        done = subprocess.run(
            [sys.executable, *(str(hook) if word_ == "HOOK" else word_ for word_ in call)],
            cwd=work,
            env=environ,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        assert word in done.stdout
