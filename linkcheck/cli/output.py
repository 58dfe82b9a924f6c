"""Where results go: stdout, or a file that is complete or absent."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from linkcheck.cli.failure import hush_stdout
from linkcheck.errors import UsageError
from linkcheck.report.screen import Screen

WIDEST = 140  # columns; longer lines are hard to follow


def screen_for(output: Path | None) -> Screen:
    """The screen that the result will be read on; a file or a pipe is 80 columns of plain text.

    Colour needs a terminal, no NO_COLOR (no-color.org), no CI=true and no TERM=dumb.
    """
    if output is not None or not _is_terminal():
        return Screen()
    from shutil import get_terminal_size

    width = get_terminal_size((80, 24)).columns
    color = not (
        os.environ.get("NO_COLOR")
        or os.environ.get("CI", "").lower() in ("true", "1")
        or os.environ.get("TERM") == "dumb"
    )
    return Screen(width=max(40, min(width, WIDEST)), color=color)


def emit(text: str, output: Path | None = None) -> None:
    """Write a result. Raises UsageError where the file can't be written.

    A reader that stops reading (`| head`) is no error. What the encoding of stdout lacks is
    spelled out.
    """
    if output is not None:
        _write_file(output, text)
        return
    try:
        sys.stdout.flush()
        encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
        sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))
        sys.stdout.flush()
    except BrokenPipeError:
        hush_stdout()


def note(message: str) -> None:
    """A remark for the user, on stderr, that no program reads."""
    line = message if message.isprintable() else message.encode("unicode_escape").decode()
    sys.stderr.write(f"linkcheck: {line}\n")
    sys.stderr.flush()


def _is_terminal() -> bool:
    return sys.stdout is not None and sys.stdout.isatty()


def _write_file(output: Path, text: str) -> None:
    """All of the text or nothing: written beside its place, then moved over it.

    What is there and no regular file (`/dev/null`, a pipe) is written to, never replaced.
    """
    encoded = text.encode("utf-8", "backslashreplace")
    beside: Path | None = None
    try:
        target = output.resolve()
        if target.exists() and not target.is_file():
            output.write_bytes(encoded)
            return
        beside = target.with_name(f".{target.name}.{os.getpid()}.tmp")
        beside.write_bytes(encoded)
        beside.replace(target)
    except OSError as error:
        if beside is not None:
            beside.unlink(missing_ok=True)
        raise UsageError(
            f"{output} can't be written: {error.strerror}", next_step="name another --output"
        ) from error
