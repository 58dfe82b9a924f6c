"""Dockerfiles for finished programs: what stands in them, what is refused, what others say."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from linkcheck.errors import UnreadableFileError, UsageError
from linkcheck.pipeline.analyze import Analyzer
from linkcheck.pipeline.finalstage import final_stage
from linkcheck.ship.dockerfile import Stage, binary_dockerfile
from linkcheck.ship.dockerignore import ignore_all_but
from linkcheck.ship.lacking import Addition
from tests.cli.command import linkcheck
from tests.ship.shipped import gated, hadolint, shipped, steps, write

Build = Callable[..., Path]
FROM_SCRATCH = Stage("scratch", "65532:65532", (), {}, "it needs nothing")


@pytest.mark.go
def test_a_static_program_goes_on_scratch_with_nothing_else(build_fixture: Build) -> None:
    text = shipped(build_fixture("hello")).dockerfile
    assert steps(text) == [
        "FROM scratch",
        "COPY hello /app",
        "USER 65532:65532",
        'ENTRYPOINT ["/app"]',
    ]
    assert 'org.opencontainers.image.title="hello"' in text


@pytest.mark.go
@pytest.mark.parametrize(
    ("fixture", "line"),
    [
        ("httpsget", "COPY --from=data /etc/ssl/certs/ca-certificates.crt"),
        ("tz", "COPY --from=data /usr/share/zoneinfo /usr/share/zoneinfo"),
        ("users", "COPY --from=data /etc/passwd /etc/group /etc/"),
        ("tmpfile", "COPY --from=tools /rootfs/ /"),
    ],
)
def test_what_the_base_lacks_is_copied_and_nothing_more(
    fixture: str, line: str, build_fixture: Build
) -> None:
    text = shipped(build_fixture(fixture), "scratch").dockerfile
    assert line in text
    assert text.count("COPY --from=") == 1
    assert "--from" not in shipped(build_fixture(fixture), "gcr.io/distroless/base").dockerfile


@pytest.mark.go
def test_on_the_recommended_base_nothing_is_added(build_fixture: Build) -> None:
    for fixture in ("httpsget", "tz", "users", "tmpfile", "rng"):
        text = shipped(build_fixture(fixture)).dockerfile
        assert [line.split()[0] for line in steps(text)] == ["FROM", "COPY", "USER", "ENTRYPOINT"]


@pytest.mark.go
def test_a_base_on_which_it_does_not_run_is_refused(build_fixture: Build) -> None:
    program = build_fixture("cgomath", CGO_ENABLED="1")
    with pytest.raises(UsageError, match="would not run: scratch: loader"):
        shipped(program, "scratch")
    with pytest.raises(UsageError, match="no image that FROM can name"):
        shipped(build_fixture("hello"), "dir:/")


@pytest.mark.go
def test_the_user_is_one_that_the_base_knows(build_fixture: Build) -> None:
    program = build_fixture("hello")
    assert "USER 65534:65534" in shipped(program, "debian:13-slim").dockerfile
    assert "USER 65532:65532" in shipped(program, "gcr.io/distroless/static").dockerfile


@pytest.mark.go
@pytest.mark.parametrize(
    ("ref", "said"),
    [
        ("alpine", "FROM alpine:3.24"),
        ("debian:bookworm-slim", "FROM debian:bookworm-slim"),
        ("gcr.io/distroless/static-debian12", "FROM gcr.io/distroless/static-debian12:nonroot"),
        ("gcr.io/distroless/static-debian12:debug", "FROM gcr.io/distroless/static-debian12:debug"),
    ],
)
def test_a_base_without_a_tag_gets_one(ref: str, said: str, build_fixture: Build) -> None:
    assert said in shipped(build_fixture("hello"), ref).dockerfile.splitlines()


@pytest.mark.go
def test_what_only_source_takes_is_refused_for_a_program(build_fixture: Build) -> None:
    with pytest.raises(UsageError, match="is a program: --recipe is for source"):
        shipped(build_fixture("hello"), recipe="cgo-off")


def test_a_path_that_is_not_there_is_told_as_such(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="No such file"):
        shipped(tmp_path / "absent")


@pytest.mark.go
def test_printing_twice_gives_the_same_bytes(build_fixture: Build) -> None:
    program = build_fixture("httpsget")
    assert shipped(program, "scratch") == shipped(program, "scratch")


@pytest.mark.parametrize("name", ["a\nRUN rm -rf /", "*", "a$b", "a\\b", " a", 'a"b', "a'b"])
def test_a_name_that_would_be_more_than_a_name_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="can't be named"):
        binary_dockerfile(name, 0o755, "linux/amd64", FROM_SCRATCH)
    with pytest.raises(UsageError, match="can't be named"):
        ignore_all_but(name)


@pytest.mark.parametrize("name", ["my app", "--from=data", "<<EOF", "naïve"])
def test_a_name_that_looks_like_syntax_is_copied_as_a_name(name: str) -> None:
    text = binary_dockerfile(name, 0o755, "linux/amd64", FROM_SCRATCH)
    copies = [line for line in text.splitlines() if line.startswith("COPY")]
    plain = f"COPY {name} /app" if name == "naïve" else f'COPY ["{name}", "/app"]'
    assert copies == [plain]


@pytest.mark.parametrize("mode", [0o644, 0o700, 0o750])
def test_a_program_that_others_may_not_start_gets_the_bit(mode: int) -> None:
    text = binary_dockerfile("app", mode, "linux/amd64", FROM_SCRATCH)
    assert "COPY --chmod=0755 app /app" in text
    assert "--chmod" not in binary_dockerfile("app", 0o755, "linux/amd64", FROM_SCRATCH)


def test_labels_hold_what_a_program_says_of_itself_and_no_variables() -> None:
    stage = FROM_SCRATCH._replace(labels={"title": 'a"$HOME\\é\n'})
    text = binary_dockerfile("app", 0o755, "linux/amd64", stage)
    assert r'LABEL title="a\"\$HOME\\é?"' in text


@pytest.mark.go
@pytest.mark.parametrize(("version", "added"), [("go1.15.15", ("nsswitch",)), ("go1.16", ())])
def test_go_before_1_16_wants_an_nsswitch_conf_where_there_is_none(
    version: str, added: tuple[str, ...], build_fixture: Build
) -> None:
    subject = Analyzer(("scratch", "alpine:3.23")).subject(build_fixture("rng"))
    assert subject.facts.go is not None
    go = subject.facts.go._replace(version=version)
    old = subject._replace(facts=subject.facts._replace(go=go))
    assert final_stage(old, "scratch").add == added
    assert final_stage(old, "alpine:3.23").add == ()


def test_an_nsswitch_conf_is_copied_by_itself() -> None:
    add: tuple[Addition, ...] = ("nsswitch",)
    text = binary_dockerfile("app", 0o755, "linux/amd64", FROM_SCRATCH._replace(add=add))
    assert "COPY --from=data /etc/nsswitch.conf /etc/nsswitch.conf" in text


@pytest.mark.go
@pytest.mark.parametrize("base", ["scratch", "alpine:3.23", "debian:13-slim"])
@pytest.mark.parametrize("fixture", ["httpsget", "tz", "users", "tmpfile", "hello"])
def test_hadolint_and_our_own_gate_have_nothing_to_say(
    fixture: str, base: str, build_fixture: Build, tmp_path: Path
) -> None:
    program = Path(shutil.copy(build_fixture(fixture), tmp_path / fixture))
    place = write(shipped(program, base), tmp_path)
    hadolint(place)
    gated(place, program)


@pytest.mark.go
def test_the_command_writes_a_whole_file_or_none(build_fixture: Build, tmp_path: Path) -> None:
    program = build_fixture("hello")
    place = tmp_path / "Dockerfile"
    done = linkcheck("dockerfile", program, "--output", place)
    assert (done.returncode, done.stdout) == (0, "")
    assert place.read_text() == shipped(program).dockerfile
    ignored = linkcheck("dockerfile", program, "--dockerignore")
    assert ignored.stdout.splitlines()[1:] == ["*", "!hello"]
    place.unlink()
    refused = linkcheck("dockerfile", program, "--base", "dir:/", "--output", place)
    assert refused.returncode == 2
    assert len(refused.stderr.splitlines()) == 1
    assert not place.exists()
