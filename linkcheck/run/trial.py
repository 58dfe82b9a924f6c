"""One verdict put to the test: the program is started in that base, and the two are compared."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from linkcheck.errors import MissingToolError, NotAsPredictedError
from linkcheck.model.facts import BinaryFacts
from linkcheck.model.report import Trial
from linkcheck.model.verdicts import Verdict
from linkcheck.run.agreement import agrees
from linkcheck.run.emulation import how_to_emulate
from linkcheck.run.observation import Observation
from linkcheck.run.runner import Runner

_WRONG_CPU: Final = ": exec format error"
# what only a kernel looks at: whether it is its CPU, and whether the loader may be executed
_UNCHECKED: Final = (_WRONG_CPU, ": permission denied")
_LINES: Final = 10
_CHARACTERS: Final = 2000


def put_to_test(
    verdict: Verdict,
    facts: BinaryFacts,
    runner: Runner,
    program: Path,
    arguments: Sequence[str],
    seconds: float,
) -> Trial:
    """Start `program`, which `facts` describe, in the base of `verdict`.

    What breaks the trial itself is a Trial "error", as `not_tried` makes it.
    Raises UnreadableFileError where `program` can't be read.
    """
    try:
        observed = runner.start(program, arguments, seconds=seconds)
    except MissingToolError as error:
        return not_tried(verdict.base, str(error))
    if why := _says_nothing(verdict, facts, runner, observed):
        return not_tried(verdict.base, why)
    return Trial(
        base=verdict.base,
        observed="started" if observed.started else "refused",
        exit_code=observed.exit_code,
        output_tail=_tail(observed),
        agrees=agrees(verdict.answer, observed),
        emulator=observed.emulator,
    )


def settled(
    trial: Trial, program: Path, place: str, advice: str, *, insist: bool
) -> tuple[Trial | None, str]:
    """A start that has to succeed before something is written: the trial, or why there was none.

    Raises NotAsPredictedError where `program` was refused in `place`, with `advice` as next step,
    MissingToolError where it could not be tried and that was insisted on.
    """
    if trial.observed == "refused":
        raise NotAsPredictedError(
            f"{program} does not start in {place}: {trial.output_tail}", next_step=advice
        )
    if trial.observed == "error":
        if insist:
            raise MissingToolError(f"{place} can't be started here: {trial.output_tail}")
        return None, trial.output_tail
    return trial, ""


def not_tried(base: str, why: str) -> Trial:
    """The trial that could not be made."""
    return Trial(base=base, observed="error", exit_code=None, output_tail=why, agrees=None)


def _says_nothing(
    verdict: Verdict, facts: BinaryFacts, runner: Runner, observed: Observation
) -> str:
    """Why that start tells nothing of the base that was judged; "" where it does.

    The machine lacks the CPU, or an emulator stood between.
    """
    foretold = verdict.error_text or ""
    if _is_foreign(facts, runner, observed) and not foretold.endswith(_WRONG_CPU):
        return (
            f"the machine here ({runner.machine}) runs no {facts.platform} programs: "
            f"{how_to_emulate(facts.platform)}"
        )
    if not observed.emulator:
        return ""
    if observed.outcome == "crashed":
        return f"under {observed.emulator} it {_tail(observed)}, which may be the emulator's fault"
    if foretold.endswith(_UNCHECKED):
        return f"{observed.emulator} does not refuse what the kernel does ({foretold})"
    return ""


def _is_foreign(facts: BinaryFacts, runner: Runner, observed: Observation) -> bool:
    """Whether the machine lacks the CPU, which is no fault of the base that was judged."""
    return (
        facts.elf is not None
        and facts.platform.startswith("linux/")
        and facts.elf.machine_name != runner.machine
        and observed.refusal.endswith(_WRONG_CPU)
    )


def _tail(observed: Observation) -> str:
    if observed.outcome == "crashed" and observed.signal is not None:
        return f"ended by {signal.Signals(observed.signal).name} before it printed anything"
    text = observed.refusal if observed.outcome == "refused" else observed.output
    return "\n".join(text.strip().splitlines()[-_LINES:])[-_CHARACTERS:]
