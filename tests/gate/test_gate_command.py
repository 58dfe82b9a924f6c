"""`linkcheck gate` as its users call it: flags, configuration, exit codes, streams."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.command import linkcheck
from tests.gate.programs import program

GOOD = 'FROM scratch\nCOPY --from=x /app /app\nENTRYPOINT ["/app"]\n'
BAD = "FROM scratch\nCOPY --from=x /app /app\nENTRYPOINT /app --flag\n"


@pytest.fixture
def good(tmp_path: Path) -> Path:
    (tmp_path / "Dockerfile").write_text(GOOD, encoding="utf-8")
    return tmp_path


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    (tmp_path / "Dockerfile").write_text(BAD, encoding="utf-8")
    return tmp_path


def test_a_good_dockerfile_is_one_line_and_exit_code_zero(good: Path) -> None:
    done = linkcheck("gate", "--dockerfile", "Dockerfile", cwd=good)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "pass  Dockerfile on scratch: no program\n"
        "1 of 1 target passes; 0 errors, 0 warnings, 0 notes\n"
    )


@pytest.mark.parametrize(
    "format_", ["table", "json", "sarif", "junit", "github", "gitlab", "markdown"]
)
def test_the_exit_code_is_the_same_in_every_format(bad: Path, format_: str) -> None:
    done = linkcheck("gate", "--dockerfile", "Dockerfile", "--format", format_, cwd=bad)
    assert (done.returncode, done.stderr) == (1, "")
    assert "LC501" in done.stdout


def test_several_formats_at_once_go_to_their_files_and_to_stdout(bad: Path) -> None:
    flags = ("--format", "sarif=out.sarif", "--format", "junit=out.xml", "--format", "table")
    done = linkcheck("gate", "--dockerfile", "Dockerfile", *flags, cwd=bad)
    assert done.returncode == 1
    assert done.stdout.startswith("FAIL  Dockerfile on scratch")
    assert json.loads((bad / "out.sarif").read_text())["version"] == "2.1.0"
    assert (bad / "out.xml").read_text().startswith("<?xml")


def test_an_unknown_format_is_a_wrong_call(good: Path) -> None:
    done = linkcheck("gate", "--dockerfile", "Dockerfile", "--format", "xml", cwd=good)
    assert (done.returncode, done.stdout) == (2, "")


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        ((), "there is nothing to judge"),
        (("--dockerfile", "missing"), "missing: No such file or directory"),
        (("app",), "a program needs a place to run"),
        (("--dockerfile", "Dockerfile", "--target", "x"), "there is no stage 'x'"),
        (("--dockerfile", "Dockerfile", "--fail-on", "never"), "'never' is no level"),
        (("--compose", "c.yaml", "--dockerfile", "Dockerfile"), "names its own Dockerfiles"),
        (("--dockerfile", "Dockerfile", "--build-arg", "=x"), "is no build argument"),
        (("--dockerfile", "Dockerfile", "--baseline", "none"), "none: No such file"),
        (("missing", "--dockerfile", "Dockerfile"), "missing"),
    ],
)
def test_a_wrong_call_ends_with_two_and_one_line(
    good: Path, flags: tuple[str, ...], words: str
) -> None:
    done = linkcheck("gate", *flags, cwd=good)
    assert done.returncode == 2
    assert words in done.stderr + done.stdout
    assert "Traceback" not in done.stderr


def test_a_dockerfile_that_buildkit_would_refuse_ends_with_two(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM a\nRUN <<EOF\n", encoding="utf-8")
    done = linkcheck("gate", "--dockerfile", "Dockerfile", cwd=tmp_path)
    assert done.returncode == 2
    assert "Dockerfile:2: unterminated heredoc EOF" in done.stdout


def test_the_configured_targets_are_judged_from_any_folder_below(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "Dockerfile").write_text(BAD, encoding="utf-8")
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "Dockerfile").write_text(GOOD, encoding="utf-8")
    (tmp_path / ".linkcheck.toml").write_text(
        '[gate]\nfail-on = "warning"\n\n'
        '[[target]]\nname = "api"\ndockerfile = "a/Dockerfile"\n\n'
        '[[target]]\ndockerfile = "b/Dockerfile"\nallow-base = ["alpine:*"]\n\n'
        '[[ignore]]\nrule = "LC501"\nreason = "their runner gives an entrypoint"\n',
        encoding="utf-8",
    )
    done = linkcheck("gate", cwd=tmp_path / "a")
    assert done.returncode == 1
    assert "pass  api on scratch" in done.stdout
    assert "ignored: LC501" in done.stdout
    assert "LC605 error  ../b/Dockerfile:1: the policy does not allow the base" in done.stdout
    other = linkcheck("gate", "--config", "../.linkcheck.toml", cwd=tmp_path / "b")
    assert other.returncode == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[target]]\nname = 'x'\n", "there is nothing to judge"),
        ("[[target]]\ndockerfle = 'x'\n", "has no key 'dockerfle'"),
        ("[target]\ndockerfile = 'x'\n", "target is no list of tables"),
        ("[[target]]\ndockerfile = 'Dockerfile'\nmax-size = 'x'\n", "'x' is no size"),
        ("[gate]\nlevel = 'x'\n", "has no flag 'level'"),
        ("[[target]]\ndockerfile = 3\n", "dockerfile is no string"),
    ],
)
def test_a_wrong_configuration_names_the_file_and_the_key(
    good: Path, text: str, words: str
) -> None:
    (good / ".linkcheck.toml").write_text(text, encoding="utf-8")
    done = linkcheck("gate", cwd=good)
    assert done.returncode == 2
    assert words in done.stderr
    assert ".linkcheck.toml" in done.stderr


def test_compose_services_that_build_are_judged_with_their_arguments(tmp_path: Path) -> None:
    (tmp_path / "api").mkdir()
    (tmp_path / "api" / "Dockerfile.prod").write_text(
        "ARG BASE\nFROM $BASE AS run\nENTRYPOINT /app\nFROM run AS later\n", encoding="utf-8"
    )
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "Dockerfile").write_text(GOOD, encoding="utf-8")
    (tmp_path / "compose.yaml").write_text(
        "services:\n"
        "  db:\n    image: postgres\n"
        "  web:\n    build: ./web\n"
        "  api:\n    build:\n      context: api\n      dockerfile: Dockerfile.prod\n"
        "      target: run\n      args:\n        BASE: ${IMAGE:-scratch}\n",
        encoding="utf-8",
    )
    done = linkcheck("gate", "--compose", "compose.yaml", cwd=tmp_path)
    assert done.returncode == 1
    assert "pass  web on scratch" in done.stdout
    assert "FAIL  api on scratch" in done.stdout
    assert "LC501 error  api/Dockerfile.prod:3" in done.stdout
    alpine = linkcheck("gate", "--compose", "compose.yaml", cwd=tmp_path, IMAGE="alpine:3.23")
    assert "LC501" not in alpine.stdout


def test_a_dockerfile_inside_of_a_compose_file_is_judged_on_the_lines_of_that_file(
    tmp_path: Path,
) -> None:
    (tmp_path / "compose.yaml").write_text(
        "services:\n"
        "  api:\n    build:\n      context: .\n      args: [BASE=scratch]\n"
        "      dockerfile_inline: |\n"
        "        ARG BASE\n        FROM $${BASE}\n        COPY --from=x /app /app\n"
        "        ENTRYPOINT /app\n",
        encoding="utf-8",
    )
    done = linkcheck("gate", "--compose", "compose.yaml", cwd=tmp_path)
    assert done.returncode == 1
    assert "FAIL  api on scratch" in done.stdout
    assert "LC501 error  compose.yaml:10" in done.stdout


def test_further_build_contexts_are_what_the_compose_file_says_and_no_images_of_that_name(
    tmp_path: Path,
) -> None:
    text = (
        "services:\n  api:\n    build:\n      context: .\n"
        "      additional_contexts:\n        alpine: {}\n"
        "      dockerfile_inline: |\n"
        '        FROM alpine\n        CMD ["sh"]\n        HEALTHCHECK CMD wget localhost\n'
    )
    for value, words in (
        ("docker-image://debian:12-slim", "LC502 warning"),  # there is no wget in it
        ("service:base", "alpine is service:base, a further build context"),
    ):
        (tmp_path / "compose.yaml").write_text(text.format(value), encoding="utf-8")
        done = linkcheck("gate", "--compose", "compose.yaml", cwd=tmp_path)
        assert words in " ".join(done.stdout.split())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("services: [", "is not YAML"),
        ("a: 1\n", "there are no services"),
        ("services:\n  a:\n    image: x\n", "no service builds"),
        (
            "services:\n  a:\n    build:\n      dockerfile: x\n      dockerfile_inline: FROM x\n",
            "both dockerfile and dockerfile_inline",
        ),
        ("services:\n  a:\n    build: https://example.com/x.git\n", "a remote context"),
    ],
)
def test_a_compose_file_that_cannot_be_judged_is_no_pass(
    tmp_path: Path, text: str, words: str
) -> None:
    (tmp_path / "compose.yaml").write_text(text, encoding="utf-8")
    done = linkcheck("gate", "--compose", "compose.yaml", cwd=tmp_path)
    assert done.returncode == 2
    assert words in done.stdout + done.stderr


def test_the_patch_of_fix_hint_applies_and_the_gate_then_passes(bad: Path) -> None:
    (bad / "Dockerfile").write_text(BAD.replace("ENTRYPOINT", "USER app\nENTRYPOINT"))
    done = linkcheck("gate", "--dockerfile", "Dockerfile", "--fix-hint", cwd=bad)
    assert done.returncode == 1
    assert done.stdout.startswith("--- a/Dockerfile\n+++ b/Dockerfile\n")
    patched = subprocess.run(
        ["git", "apply", "-"], input=done.stdout, text=True, cwd=bad, check=False, timeout=30
    )
    assert patched.returncode == 0
    assert 'USER 65532:65532\nENTRYPOINT ["/app", "--flag"]\n' in (bad / "Dockerfile").read_text()
    assert linkcheck("gate", "--dockerfile", "Dockerfile", cwd=bad).returncode == 0


@pytest.mark.parametrize("flag", ["", "--chmod=644 ", "--link --chmod=0600 "])
def test_the_patch_gives_the_execute_bit_by_one_flag_alone(flag: str, tmp_path: Path) -> None:
    """BuildKit refuses a flag that is there twice."""
    (tmp_path / "app").write_text("x")
    (tmp_path / "app").chmod(0o644)
    file = tmp_path / "Dockerfile"
    file.write_text(f'FROM scratch\nCOPY {flag}app /app\nENTRYPOINT ["/app"]\n')
    done = linkcheck("gate", "--dockerfile", "Dockerfile", "--fix-hint", cwd=tmp_path)
    apply = ["git", "apply", "-"]
    subprocess.run(apply, input=done.stdout, text=True, cwd=tmp_path, check=True, timeout=30)
    (copy,) = [line for line in file.read_text().splitlines() if line.startswith("COPY")]
    assert copy.count("--chmod") == copy.count("--chmod=0755 ") == 1


def test_a_baseline_made_by_the_command_silences_what_it_holds(bad: Path) -> None:
    flags = ("gate", "--dockerfile", "Dockerfile")
    assert linkcheck(*flags, "--format", "json=base.json", cwd=bad).returncode == 1
    done = linkcheck(*flags, "--baseline", "base.json", cwd=bad)
    assert done.returncode == 0
    assert "known before: LC501" in done.stdout


@pytest.mark.go
def test_a_program_on_a_bare_base_is_judged_without_any_dockerfile(
    build_fixture: Callable[..., Path],
) -> None:
    tls = program("https", build_fixture)
    done = linkcheck("gate", tls, "--base", "scratch", "--base", "alpine:3.23")
    assert done.returncode == 0
    strict = linkcheck("gate", tls, "--base", "scratch", "--fail-on", "warning")
    assert strict.returncode == 1
    assert "LC301 warning" in strict.stdout


@pytest.mark.go
def test_the_program_of_the_build_context_is_found_and_judged(
    build_fixture: Callable[..., Path], tmp_path: Path
) -> None:
    (tmp_path / "app").write_bytes(program("https", build_fixture).read_bytes())
    (tmp_path / "app").chmod(0o755)
    (tmp_path / "Dockerfile").write_text(GOOD.replace("--from=x /app", "app"), encoding="utf-8")
    done = linkcheck("gate", "--dockerfile", "Dockerfile", "--format", "json", cwd=tmp_path)
    document = json.loads(done.stdout)
    assert done.returncode == 0
    assert document["gate"]["targets"][0]["subject"] == 0
    assert document["subjects"][0]["verdicts"][0]["verdict"] == "degraded"
