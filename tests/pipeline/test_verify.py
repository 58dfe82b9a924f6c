"""Verdicts put to the test, with runners that see what they are told to see."""

from __future__ import annotations

import _thread
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from linkcheck.binary import read_facts
from linkcheck.errors import MissingToolError, NotAProgramError, UnknownBaseError
from linkcheck.model.provides import BaseImage
from linkcheck.model.report import Build, Report, Subject, Trial
from linkcheck.model.verdicts import Verdict
from linkcheck.pipeline import verify as module
from linkcheck.pipeline.verify import Verifier, verify, with_trials_of_builds
from linkcheck.report.json import project
from linkcheck.run.launcher import launcher
from linkcheck.run.observation import Observation, judge_output, refused_by_kernel
from linkcheck.run.trial import put_to_test

STARTED = judge_output("/app", "hello\n", 0)
NO_FILE = refused_by_kernel("/app", "No such file or directory")
WRONG_CPU = refused_by_kernel("/app", "Exec format error")


class Scripted:
    """The runner of one base, which sees `answer`, or raises it."""

    def __init__(self, answer: Observation | Exception, machine: str) -> None:
        self._answer = answer
        self.machine = machine

    def describe(self) -> str:
        return "a script"

    def start(
        self,
        program: Path,
        arguments: Sequence[str] = (),
        *,
        seconds: float = 1,
        memory: int = 1,  # noqa: ARG002 -- the protocol's
    ) -> Observation:
        CALLS.append((program, tuple(arguments), seconds))
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


CALLS: list[tuple[Path, tuple[str, ...], float]] = []


class Runners:
    """`run.choose.Runners` with a script: base -> what is seen there."""

    script: dict[str, Observation | Exception] = {}  # noqa: RUF012 -- set by each test
    machine = "x86_64"

    def __init__(self, progress: Callable[[str], None]) -> None:
        self.progress = progress

    def runner(self, base: BaseImage, platform: str, *, pull: bool) -> Scripted:
        assert platform == "linux/amd64"
        PULLS.append((base.ref, pull))
        answer = self.script.get(base.ref, MissingToolError("not here", next_step="pull it"))
        if isinstance(answer, MissingToolError):
            raise answer
        return Scripted(answer, self.machine)

    def cancel(self) -> None:
        ENDED.append("cancelled")

    def close(self) -> None:
        ENDED.append("closed")


PULLS: list[tuple[str, bool]] = []
ENDED: list[str] = []


@pytest.fixture(autouse=True)
def _scripted(monkeypatch: pytest.MonkeyPatch) -> None:
    for log in (CALLS, PULLS, ENDED):
        log.clear()
    monkeypatch.setattr(module, "Runners", Runners)


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A static program for linux/amd64, which runs anywhere."""
    code = launcher("x86_64")
    assert code is not None
    path = tmp_path / "app"
    path.write_bytes(code)
    path.chmod(0o755)
    return path


def tried(
    monkeypatch: pytest.MonkeyPatch, program: Path, **script: Observation | Exception
) -> Subject:
    bases = {"scratch": "scratch", "alpine": "alpine:3.23"}
    monkeypatch.setattr(Runners, "script", {bases[k]: v for k, v in script.items()})
    refs = [bases[name] for name in script]
    report = verify(str(program), refs, ("--flag",), seconds=7, progress=print)
    return report.subjects[0]


def test_a_start_that_was_foretold_agrees_and_one_that_was_not_does_not(
    monkeypatch: pytest.MonkeyPatch, program: Path
) -> None:
    subject = tried(monkeypatch, program, scratch=STARTED, alpine=NO_FILE)
    assert [v.answer for v in subject.verdicts] == ["runs", "runs"]
    assert subject.trials == (
        Trial("scratch", "started", 0, "hello", True),
        Trial("alpine:3.23", "refused", 127, "exec /app: no such file or directory", False),
    )
    assert sorted(CALLS) == [(program, ("--flag",), 7)] * 2
    assert ENDED == ["closed"]


def test_a_programs_own_failure_agrees_as_it_did_start(
    monkeypatch: pytest.MonkeyPatch, program: Path
) -> None:
    failed = judge_output("/app", "x509: certificate signed by unknown authority\n", 1)
    (trial,) = tried(monkeypatch, program, scratch=failed).trials
    assert (trial.observed, trial.exit_code, trial.agrees) == ("started", 1, True)


def test_a_crash_before_a_word_is_no_start_and_names_the_signal(
    monkeypatch: pytest.MonkeyPatch, program: Path
) -> None:
    (trial,) = tried(monkeypatch, program, scratch=judge_output("/app", "", 139)).trials
    assert (trial.observed, trial.agrees) == ("refused", False)
    assert trial.output_tail == "ended by SIGSEGV before it printed anything"


def test_a_base_that_is_not_here_is_a_row_with_the_reason(
    monkeypatch: pytest.MonkeyPatch, program: Path
) -> None:
    broken = MissingToolError("engine gone", next_step="start it")
    subject = tried(monkeypatch, program, scratch=STARTED, alpine=broken)
    assert subject.trials[1] == Trial("alpine:3.23", "error", None, "engine gone: start it", None)


def test_a_sandbox_that_breaks_is_a_row_and_not_a_disagreement(
    monkeypatch: pytest.MonkeyPatch, program: Path
) -> None:
    class Broken(Scripted):
        def start(self, *_: object, **__: object) -> Observation:
            raise MissingToolError("no namespaces")

    monkeypatch.setattr(Runners, "runner", lambda *_, **__: Broken(STARTED, "x86_64"))
    (trial,) = verify(str(program), ["scratch"], (), seconds=1, progress=print).subjects[0].trials
    assert trial == Trial("scratch", "error", None, "no namespaces", None)


def test_a_machine_that_lacks_the_cpu_proves_nothing_about_the_base(
    monkeypatch: pytest.MonkeyPatch, program: Path
) -> None:
    monkeypatch.setattr(Runners, "machine", "aarch64")
    (trial,) = tried(monkeypatch, program, scratch=WRONG_CPU).trials
    assert (trial.observed, trial.agrees) == ("error", None)
    assert trial.output_tail == (
        "the machine here (aarch64) runs no linux/amd64 programs: `docker run --privileged --rm "
        "tonistiigi/binfmt --install amd64` on the machine of the engine, or apt-get install "
        "qemu-user-static"
    )
    monkeypatch.setattr(Runners, "machine", "x86_64")
    (trial,) = tried(monkeypatch, program, scratch=WRONG_CPU).trials
    assert (trial.observed, trial.agrees) == ("refused", False)


def test_a_refusal_that_was_foretold_of_the_base_is_not_proven_by_a_lack_of_the_cpu(
    monkeypatch: pytest.MonkeyPatch, program: Path
) -> None:
    monkeypatch.setattr(Runners, "machine", "aarch64")
    verdict = Verdict("b", "fails", (), "no loader", "exec /app: no such file or directory")
    facts = read_facts(program)
    told = put_to_test(verdict, facts, Scripted(WRONG_CPU, "aarch64"), program, (), 1)
    assert (told.observed, told.agrees) == ("error", None)
    wrong_cpu = verdict._replace(error_text="exec /app: exec format error")
    told = put_to_test(wrong_cpu, facts, Scripted(WRONG_CPU, "aarch64"), program, (), 1)
    assert (told.observed, told.agrees) == ("refused", True)


def test_an_emulated_start_says_so_and_settles_what_an_emulator_can(
    monkeypatch: pytest.MonkeyPatch, program: Path
) -> None:
    started = replace(STARTED, emulator="qemu-x86_64")
    (trial,) = tried(monkeypatch, program, scratch=started).trials
    assert trial == Trial("scratch", "started", 0, "hello", True, "qemu-x86_64")
    assert (
        project(Report((tried(monkeypatch, program, scratch=started),)))["subjects"][0]["trials"][
            0
        ]["emulator"]
        == "qemu-x86_64"
    )


def test_an_emulators_crash_is_no_refusal(monkeypatch: pytest.MonkeyPatch, program: Path) -> None:
    crashed = replace(judge_output("/app", "", 139), emulator="qemu-x86_64")
    (trial,) = tried(monkeypatch, program, scratch=crashed).trials
    assert (trial.observed, trial.agrees) == ("error", None)
    assert trial.output_tail == (
        "under qemu-x86_64 it ended by SIGSEGV before it printed anything, which may be the "
        "emulator's fault"
    )


@pytest.mark.parametrize("why", ["exec format error", "permission denied"])
def test_an_emulated_start_disproves_nothing_that_only_a_kernel_looks_at(
    program: Path, why: str
) -> None:
    verdict = Verdict("b", "fails", (), "reason", f"exec /app: {why}")
    runner = Scripted(replace(STARTED, emulator="binfmt_misc"), "aarch64")
    told = put_to_test(verdict, read_facts(program), runner, program, (), 1)
    assert (told.observed, told.agrees) == ("error", None)
    assert told.output_tail == (
        f"binfmt_misc does not refuse what the kernel does (exec /app: {why})"
    )


def test_only_bases_that_were_named_are_pulled(
    monkeypatch: pytest.MonkeyPatch, program: Path
) -> None:
    verify(str(program), ["alpine:3.23"], (), seconds=1, progress=print)
    assert PULLS == [("alpine:3.23", True)]
    PULLS.clear()
    report = verify(str(program), (), (), seconds=1, progress=print)
    assert len(PULLS) == len(report.subjects[0].verdicts) > 3
    assert {pull for _, pull in PULLS} == {False}


def test_what_is_no_program_or_no_base_is_raised_before_anything_is_started(
    program: Path, tmp_path: Path
) -> None:
    (tmp_path / "text").write_text("just a text\n")
    with pytest.raises(NotAProgramError):
        verify(str(tmp_path / "text"), ["scratch"], (), seconds=1, progress=print)
    with pytest.raises(UnknownBaseError):
        verify(str(program), ["no-such-base:1"], (), seconds=1, progress=print)
    assert CALLS == []


def test_ctrl_c_ends_what_runs_and_nothing_more_is_started(
    monkeypatch: pytest.MonkeyPatch, program: Path
) -> None:
    class Slow(Scripted):
        def start(self, *_: object, **__: object) -> Observation:
            _thread.interrupt_main()
            while "cancelled" not in ENDED:
                time.sleep(0.02)
            return STARTED

    monkeypatch.setattr(Runners, "runner", lambda *_, **__: Slow(STARTED, "x86_64"))
    verifier = Verifier(["scratch"], progress=print)
    first = verifier.subject(program)
    assert (verifier.interrupted, first.trials, ENDED) == (True, (), ["cancelled"])
    assert first.verdicts[0].answer == "runs"
    assert verifier.subject(program).trials == ()
    ENDED.clear()
    with pytest.raises(KeyboardInterrupt):
        verify(str(program), ["scratch"], (), seconds=1, progress=print)
    assert ENDED == ["cancelled", "closed"]


def test_the_trials_of_a_matrix_stand_at_its_builds(
    monkeypatch: pytest.MonkeyPatch, program: Path
) -> None:
    subject = tried(monkeypatch, program, scratch=STARTED)
    builds = (
        Build("default", "linux/amd64", None, "failed", 1.0),
        Build("cgo-off", "linux/amd64", None, "ok", 1.0, subject=0),
    )
    moved = with_trials_of_builds(Report((subject,), builds=builds))
    assert moved.builds is not None
    assert [build.trials for build in moved.builds] == [(), subject.trials]
    assert moved.subjects[0].trials == ()
    assert with_trials_of_builds(Report((subject,))).subjects[0].trials == subject.trials
