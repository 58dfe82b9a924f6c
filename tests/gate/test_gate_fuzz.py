"""Whatever stands in a Dockerfile: findings on its lines, or one clear error, never a traceback."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linkcheck.errors import UnknownBaseError
from linkcheck.gate import bases
from linkcheck.model.gate import GateReport
from linkcheck.pipeline.gate import GateTarget, run_gate
from linkcheck.report.gates import GATE_FORMATS, gate_renderer
from tests.gate.corpus_cases import cases

TEXTS = [case.dockerfile for case in cases()]
KEYWORDS = "FROM RUN COPY ADD ENV ARG USER WORKDIR ENTRYPOINT CMD HEALTHCHECK SHELL ONBUILD LABEL"
WORDS = st.sampled_from(
    ["scratch", "alpine:3.23", "golang:1.27", "debian:12-slim", "AS", "build", "--from=build",
     "--from=0", "--platform=$BUILDPLATFORM", "--chmod=0755", "--chmod=x", "--from=$A", "/app",
     "app", ".", "/", "./", "..", "$A", "${A:-b}", "${A", "${A%%*}", "A=1", 'A="x', "=", "'", '"',
     '["/app"]', '["', "[]", '[""]', "<<EOF", "\nEOF\n", "\\\n", "\n", "CMD", "NONE", "app:app",
     "go build -o /app", "apk add ca-certificates", "&&", "|", ";", ">", "$(", "`", "# x\n", "\x00",
     "# linkcheck ignore=LC501 x\n", "\u202e", "\ud800", "*", "[a-", "/etc/passwd", "--", "http://x/y"]
)  # fmt: skip
LINES = st.tuples(st.sampled_from(KEYWORDS.split()), st.lists(WORDS, max_size=6).map(" ".join)).map(
    " ".join
)
RANDOM = st.lists(LINES, max_size=12).map(lambda lines: "FROM scratch\n" + "\n".join(lines))


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A file of the corpus with lines dropped, doubled, swapped, or cut into."""
    lines = draw(st.sampled_from(TEXTS)).splitlines(keepends=True)
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, max(0, len(lines) - 1)))
        other = draw(st.integers(0, max(0, len(lines) - 1)))
        match draw(st.sampled_from(["drop", "double", "swap", "cut", "insert"])) if lines else "":
            case "drop":
                del lines[at]
            case "double":
                lines.insert(other, lines[at])
            case "swap":
                lines[at], lines[other] = lines[other], lines[at]
            case "cut":
                lines[at] = lines[at][: draw(st.integers(0, len(lines[at])))]
            case "insert":
                place = draw(st.integers(0, len(lines[at])))
                lines[at] = lines[at][:place] + draw(WORDS) + lines[at][place:]
    return "".join(lines)


@pytest.fixture(autouse=True)
def _no_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(ref: str) -> None:
        raise UnknownBaseError(f"{ref}: no such base", next_step="name another")

    monkeypatch.setattr(bases, "resolve_base", refuse)


def judged(text: str, folder: Path) -> GateReport:
    path = folder / "Dockerfile"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    os.chdir(folder)
    target = GateTarget("fuzz", dockerfile="Dockerfile")
    return run_gate([target], today=date(2026, 1, 1))


def check(text: str, folder: Path) -> None:
    report = judged(text, folder)
    lines = text.count("\n") + 1
    for target in report.targets:
        for finding in target.findings:
            assert 0 <= finding.at.line <= finding.at.end_line <= lines
            assert finding.message
    for error in report.errors:
        assert error.message.startswith("Dockerfile")
    for name in GATE_FORMATS:
        assert gate_renderer(name)(report).endswith("\n")


SETTINGS = settings(
    max_examples=300, deadline=2000, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@SETTINGS
@given(text=RANDOM)
def test_random_instructions_have_findings_or_one_clear_error(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    check(text, tmp_path)


@SETTINGS
@given(text=mutated())
def test_damaged_files_of_the_corpus_have_findings_or_one_clear_error(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    check(text, tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "FROM scratch\n" + "RUN " + "a && " * 20_000 + "b\n",
        "FROM scratch\n" + "ENV A=" + "${A:-" * 5_000 + "}" * 5_000 + "\n",
        "FROM scratch\nENTRYPOINT " + "[" * 50_000 + "\n",
        "FROM scratch AS a0\n" + "".join(f"FROM a{n} AS a{n + 1}\n" for n in range(150)),
        "FROM scratch\n"
        + "ENV A0=x\n"
        + "".join(f"ENV A{n}=$A{n - 1}$A{n - 1}\n" for n in range(1, 40)),
        "FROM scratch\n" + "ARG A=xxxxxxxx\n" + "ENV A=$A$A$A$A$A$A$A$A\n" * 12,
        "FROM scratch\nENV A=" + "a" * 3000 + "\nCOPY x ${A##" + "*a" * 30 + "b}\n",
    ],
    ids=["commands", "nested", "brackets", "stages", "doubling", "eightfold", "patterns"],
)
def test_files_made_to_cost_much_end_soon(text: str, tmp_path: Path) -> None:
    import time  # noqa: PLC0415

    before, folder = time.monotonic(), Path.cwd()
    try:
        judged(text, tmp_path)
    finally:
        os.chdir(folder)
    assert time.monotonic() - before < 10
