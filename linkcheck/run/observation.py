"""What was seen when a program was started, and whose words its output is."""

from __future__ import annotations

import re
import signal
from dataclasses import dataclass
from typing import Final, Literal

PROGRAM: Final = "/app"  # where runners put the program, and what error texts call it
MAX_OUTPUT: Final = 64 << 10  # the last bytes of its output that are looked at

Outcome = Literal["started", "refused", "crashed"]

# the words of glibc: dl-error-skeleton.c, rtld.c, dl-version.c and dl-lookup.c
_GLIBC: Final = (
    r"error while loading shared libraries: ",
    r".*: version `[^']*' not found \(required by ",
    r"symbol lookup error: ",
    r"relocation error: ",
    r"CPU ISA level is lower than required",
)
# what glibc prints and goes on
_WARNINGS: Final = (
    r".*: weak version `[^']*' not found \(required by ",
    r".*: no version information available \(required by ",
)
# an assertion of the loader's own (dl-minimal.c, `__assert_fail`) has no program in front
_ASSERTION: Final = r"Inconsistency detected by ld\.so: "
# the words of musl, in ldso/dynlink.c
_MUSL: Final = (r"Error loading shared library ", r"Error relocating ")
# shells and sandboxes: the kernel's errno for execve
_EXEC: Final = re.compile(r"(?:exec|execvp) (?P<path>\S+): (?P<why>[A-Z].*)\Z")


@dataclass(frozen=True, slots=True)
class Observation:
    """One start. `refusal` holds the lines of kernel or loader, "" where they let it run.

    `crashed` means that a signal ended it before it printed anything: what a program for
    another system does, or one whose relocations the loader does not know. Under an `emulator`
    it proves nothing, as that may be what can't run the program.
    """

    outcome: Outcome
    exit_code: int | None  # None: still running after the grace time
    refusal: str
    output: str  # stdout and stderr together, its tail
    signal: int | None = None
    emulator: str = ""  # what ran a program for another CPU in the kernel's place

    @property
    def started(self) -> bool:
        """Whether the program's own code ran."""
        return self.outcome == "started"


def refused_by_kernel(program: str, why: str) -> Observation:
    """The observation where execve failed: `why` is the errno's text.

    The exit code is what shells and `docker run` make of it: 127 for "not found", else 126.
    """
    why = why.strip()
    said = f"exec {program}: {why[:1].lower()}{why[1:]}"
    return Observation("refused", 127 if "no such file" in said else 126, said, said)


def judge_output(program: str, output: str, exit_code: int | None) -> Observation:
    """Read a start of `program` from what it printed; `exit_code` None: it still runs."""
    refusal = "\n".join(_refusal_lines(program, output))
    killed = -exit_code if exit_code is not None and exit_code < 0 else None
    if exit_code is not None and exit_code > 128 and exit_code - 128 in _FATAL:
        killed = exit_code - 128
    outcome: Outcome = "started"
    if refusal and exit_code not in (None, 0):
        outcome = "refused"
    elif killed in _FATAL and not output.strip():
        outcome = "crashed"
    return Observation(outcome, exit_code, refusal, output[-4000:], killed)


_FATAL: Final = frozenset(
    {signal.SIGSEGV, signal.SIGBUS, signal.SIGILL, signal.SIGFPE, signal.SIGTRAP, signal.SIGSYS}
)


def _refusal_lines(program: str, output: str) -> list[str]:
    """What kernel and loader printed; nothing where it was no more than warnings."""
    name = re.escape(program)
    error = re.compile(
        rf"{name}: (?:{'|'.join(_GLIBC)})|{_ASSERTION}|(?:{'|'.join(_MUSL)})",
    )
    warning = re.compile(rf"{name}: (?:{'|'.join(_WARNINGS)})")
    lines = []
    refused = False
    for line in output.splitlines():
        exec_failure = _EXEC.search(line)
        if exec_failure and exec_failure["path"] == program:
            why = exec_failure["why"]
            lines.append(f"exec {program}: {why[:1].lower()}{why[1:]}")
            refused = True
        elif error.match(line):
            lines.append(line)
            refused = True
        elif warning.match(line):
            lines.append(line)
    return lines if refused else []
