"""What the user sees when something went wrong, and the exit code that goes with it."""

from __future__ import annotations

import os
import sys

from linkcheck.errors import EXIT_BUG, EXIT_INPUT, EXIT_INTERRUPTED, EXIT_OK, LinkcheckError

DEBUG_VARIABLE = "LINKCHECK_DEBUG"


def report_failure(error: BaseException) -> int:
    """Say on stderr, in one line, what went wrong; the exit code to end with.

    A traceback only under LINKCHECK_DEBUG=1: it helps who mends linkcheck, nobody else.
    """
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else EXIT_INPUT
    if isinstance(error, KeyboardInterrupt):
        complain("interrupted")
        return EXIT_INTERRUPTED
    if isinstance(error, BrokenPipeError):
        hush_stdout()
        return EXIT_OK
    if os.environ.get(DEBUG_VARIABLE, "") not in ("", "0"):
        import traceback

        traceback.print_exception(error)
    if isinstance(error, LinkcheckError):
        complain(str(error))
        return error.exit_code
    complain(
        f"this is a bug in linkcheck: {type(error).__name__}: {error}: "
        f"please report it with the output under {DEBUG_VARIABLE}=1"
    )
    return EXIT_BUG


def complain(message: str) -> None:
    """One line on stderr, whatever `message` holds."""
    line = " ".join(message.split())
    if not line.isprintable():
        from linkcheck.report.text import plain

        line = plain(line)
    try:
        sys.stderr.write(f"linkcheck: error: {line}\n")
        sys.stderr.flush()
    except BrokenPipeError:
        pass


def hush_stdout() -> None:
    """Let nothing more be written: who read our output has gone, and that is fine."""
    sink = os.open(os.devnull, os.O_WRONLY)
    os.dup2(sink, sys.stdout.fileno())
    os.close(sink)
