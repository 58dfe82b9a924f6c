"""A stage is worked out as BuildKit does it."""

from __future__ import annotations

from pathlib import Path

import pytest

from linkcheck.errors import UsageError
from linkcheck.gate.contents import Contents
from linkcheck.gate.context import Context
from linkcheck.gate.reader import DockerfileError
from linkcheck.gate.runs import simple_commands
from linkcheck.gate.stages import arguments, find_stage, parse_dockerfile
from linkcheck.model.provides import UNKNOWN
from linkcheck.model.stageimage import StageImage


def worked(
    text: str, target: str | None = None, platform: str = "linux/amd64", **given: str
) -> tuple[StageImage, Contents]:
    file = parse_dockerfile(text)
    contents = Contents(file, arguments(file, given, platform, "linux/amd64"), None)
    return contents.image(find_stage(file, target).number), contents


def base(text: str, target: str | None = None, **given: str) -> str:
    return worked(text, target, **given)[0].base.ref


def test_arguments_before_from_have_defaults_and_the_command_line_wins() -> None:
    text = "ARG V=3.22\nARG I=alpine:$V\nFROM $I\n"
    assert base(text) == "alpine:3.22"
    assert base(text, V="3.23") == "alpine:3.23"
    assert base(text, I="scratch") == "scratch"


def test_arguments_before_from_count_inside_a_stage_only_where_they_are_declared() -> None:
    text = "ARG V=1\nFROM scratch\n{}ENV A=x$V\n"
    assert worked(text.format(""))[0].environment["A"].value == "x"
    assert worked(text.format("ARG V\n"))[0].environment["A"].value == "x1"
    assert worked(text.format("ARG V=2\n"))[0].environment["A"].value == "x2"
    assert worked(text.format("ARG V=2\n"), V="3")[0].environment["A"].value == "x3"


def test_an_env_wins_over_an_argument_and_one_env_sees_the_state_before_it() -> None:
    image, _ = worked("FROM scratch\nARG A=1\nENV A=2\nENV A=3 B=$A\nENV C d  e\n")
    assert {k: v.value for k, v in image.environment.items()} == {"A": "3", "B": "2", "C": "d  e"}


def test_platform_variables_are_there_in_from_and_in_stages_that_declare_them() -> None:
    text = "FROM --platform=$TARGETPLATFORM scratch\nARG TARGETARCH\nENV A=$TARGETARCH$TARGETOS\n"
    image, _ = worked(text, platform="linux/arm64")
    assert (image.base.platform, image.environment["A"].value) == ("linux/arm64", "arm64")


def test_a_stage_inherits_what_its_stage_has_but_no_arguments() -> None:
    text = (
        'FROM alpine AS a\nARG X=1\nENV E=1\nUSER u\nWORKDIR /w\nENTRYPOINT ["/e"]\n'
        "FROM a\nENV Y=x$X\n"
    )
    image, _ = worked(text)
    assert (image.base.ref, image.base.at.line) == ("alpine", 1)
    assert image.user is not None and image.user.value == "u"
    assert image.workdir is not None and image.workdir.value == "/w"
    assert image.entrypoint is not None and image.entrypoint.words == ("/e",)
    assert image.environment["Y"].value == "x"


def test_targets_are_found_by_name_whatever_its_case_and_by_number() -> None:
    text = "FROM alpine AS One\nFROM debian AS two\n"
    assert base(text, "oNe") == "alpine"
    assert base(text, "1") == "debian"
    with pytest.raises(UsageError, match="there is no stage 'x'"):
        base(text, "x")


def test_a_stage_name_counts_only_below_its_stage() -> None:
    assert base("FROM later\nFROM scratch AS later\n", "0") == "later"
    assert base("FROM alpine AS debian\nFROM debian\n") == "alpine"


@pytest.mark.parametrize(
    ("instruction", "paths"),
    [
        ("COPY --from=x /a/app /app", {"/app": True, "/a": False}),
        ("COPY --from=x /a/app /bin/", {"/bin/app": True, "/bin/other": UNKNOWN}),
        ("COPY --from=x /a/app /a/b /bin/", {"/bin/app": True, "/bin/b": True}),
        ("COPY --from=x /a/ /bin", {"/bin/app": UNKNOWN, "/bin": False}),
        ('COPY --from=x ["/a b", "/c d"]', {"/c d": True}),
        ("COPY --from=x --parents /a/app /out/", {"/out/a/app": True}),
        ("WORKDIR /w\nCOPY --from=x /a/app .", {"/w/app": True, "/w": False}),
        ("WORKDIR /w\nWORKDIR x\nCOPY --from=x /app ./y/", {"/w/x/y/app": True}),
        ("ADD https://example.com/tool?x=1 /bin/", {"/bin/tool": True}),
        ("COPY <<A <<B /d/\n1\nA\n2\nB", {"/d/A": True, "/d/B": True}),
    ],
)
def test_copy_puts_files_where_buildkit_does(instruction: str, paths: dict[str, object]) -> None:
    image, contents = worked(f"FROM scratch\n{instruction}\n")
    assert {path: contents.has(image, path) for path in paths} == paths


def test_what_another_stage_surely_lacks_a_copied_folder_lacks_too() -> None:
    text = "FROM scratch AS a\nCOPY --from=x /app /o/app\nFROM scratch\nCOPY --from=a /o /bin\n"
    image, contents = worked(text)
    assert contents.has(image, "/bin/app") is True
    assert contents.has(image, "/bin/other") is False


def test_folders_of_another_stage_arrive_with_the_folder_above_and_are_no_files() -> None:
    text = "FROM scratch AS a\nWORKDIR /o/tmp\nFROM scratch\nCOPY --from=a /o /\n"
    image, contents = worked(text)
    assert contents.has_folder(image, "/tmp") is True
    assert contents.has(image, "/tmp") is False


def test_a_folder_copied_under_the_name_of_a_program_is_no_program() -> None:
    text = "FROM golang AS a\nWORKDIR /app\nFROM scratch\nCOPY --from=a /app /app\n"
    image, contents = worked(text)
    assert contents.has(image, "/app") is False
    assert contents.has_folder(image, "/app") is True


@pytest.mark.parametrize(
    ("run", "answer"),
    [
        ("apk add --no-cache ca-certificates", True),
        ("apk --no-cache add tzdata ca-certificates=2024-r0 && rm -rf /x", True),
        ("apt-get update; apt-get install -qq -y ca-certificates", True),
        ("microdnf install -y ca-certificates", True),
        ("apt-get install -y --no-install-recommends tzdata", None),
        ("apt-get install -y curl", UNKNOWN),
        ("apk add --root /other ca-certificates", None),
        ("./install-everything.sh", UNKNOWN),
        ("mkdir -p /x && chmod 755 /x", None),
        ("echo apk add ca-certificates", None),
    ],
)
def test_packages_and_unknown_commands_decide_on_certificates(run: str, answer: object) -> None:
    image, contents = worked(f"FROM debian:12-slim\nRUN {run}\n")
    found = contents.ca_bundle(image, ("/etc/ssl/certs/ca-certificates.crt",))
    assert (True if isinstance(found, str) else found) is answer


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a && b || c; d | e", [("a",), ("b",), ("c",), ("d",), ("e",)]),
        ("a 'b && c'\nd", [("a", "b && c"), ("d",)]),
        ("X=1 a", [("X=1", "a")]),
        ("a 'unclosed", [("?",)]),
        ("", []),
    ],
)
def test_shell_text_is_cut_into_simple_commands(text: str, words: list[tuple[str, ...]]) -> None:
    assert list(simple_commands(text)) == words


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("RUN x\n", "no build stage in current context"),
        ("# nothing\n", "there is no FROM in it"),
        ("FROM a b\n", "FROM takes one image"),
        ("FROM a\nENV A\n", "ENV must have two arguments"),
        ("FROM a\nCOPY x\n", "requires at least two arguments"),
        ("FROM a\nSHELL sh\n", "SHELL requires the arguments to be in JSON form"),
        ("FROM a\nHEALTHCHECK X\n", "unknown type 'X' in HEALTHCHECK"),
        ("FROM a\nCMD --flag\n", "unknown flag: --flag"),
    ],
)
def test_what_buildkit_refuses_names_file_and_line(text: str, why: str) -> None:
    with pytest.raises(DockerfileError) as error:
        worked(text)
    assert error.value.message.startswith("Dockerfile")
    assert why in error.value.message


def test_a_user_from_an_empty_variable_is_no_user() -> None:
    assert worked("FROM scratch\nUSER $NOBODY\n")[0].user is None


@pytest.mark.parametrize(
    "instruction",
    [
        "WORKDIR /tmp/x",
        "COPY --from=x /a /tmp/a",
        "COPY --from=x /a/ /tmp/",
        'RUN ["mkdir", "/tmp"]',
    ],
)
def test_folders_come_with_what_is_put_into_them_and_are_no_files(instruction: str) -> None:
    image, contents = worked(f"FROM scratch\n{instruction}\n")
    assert contents.has_folder(image, "/tmp") is True
    assert contents.has_folder(image, "/var") is not True
    assert contents.has(image, "/tmp") is False


@pytest.mark.parametrize(
    ("flags", "arrives"),
    [
        ("", True),
        ("--exclude=app", False),
        ("--exclude=ap*", False),
        ("--exclude=other --exclude=bin/app", True),
        ("--exclude=*", False),
    ],
)
def test_what_a_copy_excludes_does_not_arrive(flags: str, arrives: bool, tmp_path: Path) -> None:
    (tmp_path / "app").write_text("x")
    file = parse_dockerfile(f"FROM scratch\nCOPY {flags} . /srv/\n")
    contents = Contents(file, arguments(file, {}, "linux/amd64", "linux/amd64"), Context(tmp_path))
    image = contents.image(0)
    assert contents.has(image, "/srv/app") is arrives
