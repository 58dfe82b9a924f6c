"""Progress of a matrix: drawn in place on a terminal, plain lines elsewhere, and no leftovers."""

from __future__ import annotations

import builtins
import io
import os
import pty
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from rich.console import Console

from linkcheck.cli.live import Lines, Live, view
from linkcheck.pipeline.events import CellEvent
from tests.cli.command import PROJECT
from tests.cli.tinyscreen import TinyScreen

LINKCHECK = (sys.executable, "-m", "linkcheck")


def console(height: int = 20) -> Console:
    return Console(
        file=io.StringIO(), force_terminal=True, width=60, height=height, legacy_windows=False
    )


def drawn(live: Live, on: Console) -> list[str]:
    """The lines of its picture as plain text."""
    plain = Console(file=io.StringIO(), width=on.width, height=on.height)
    plain.print(live.picture())
    assert isinstance(plain.file, io.StringIO)
    return [line.rstrip() for line in plain.file.getvalue().splitlines()]


def test_each_cell_is_a_line_with_its_state_and_the_seconds_go_on() -> None:
    now = [100.0]
    on = console()
    live = Live(on, clock=lambda: now[0])
    for name in ("default", "pie", "musl", "race"):
        live.watch(CellEvent(name, "waiting"))
    live.watch(CellEvent("default", "building"))
    live.watch(CellEvent("musl", "skipped", 0.0, "musl: skipped: no C compiler"))
    live.watch(CellEvent("pie", "ok", 2.25, "pie: built in 2.2 s"))
    now[0] += 1.5
    assert [line.split() for line in drawn(live, on)] == [
        [">", "default", "building", "1.5", "s"],
        ["+", "pie", "ok", "2.2", "s"],
        ["!", "musl", "skipped:", "no", "C", "compiler"],
        [".", "race", "waiting"],
        ["2", "of", "4"],
    ]


def test_on_a_low_screen_what_is_busy_and_what_ended_last_is_shown() -> None:
    on = console(height=6)
    now = iter(range(100))
    live = Live(on, clock=lambda: float(next(now)))
    names = [f"cell{number}" for number in range(9)]
    for name in names:
        live.watch(CellEvent(name, "waiting"))
    for name in names[:5]:
        live.watch(CellEvent(name, "ok", 1.0, f"{name}: built"))
    live.watch(CellEvent("cell7", "building"))
    lines = [line.split()[:2] for line in drawn(live, on)]
    assert lines == [["+", "cell3"], ["+", "cell4"], [">", "cell7"], ["5", "of"]]


def test_the_next_release_of_go_starts_a_new_picture() -> None:
    on = console()
    live = Live(on)
    live.watch(CellEvent("default", "waiting"))
    live.watch(CellEvent("pie", "waiting"))
    live.watch(CellEvent("default", "ok", 1.0))
    live.watch(CellEvent("default", "waiting"))
    live.watch(CellEvent("pie", "waiting"))
    assert [line.split()[-1] for line in drawn(live, on)] == ["waiting", "waiting", "2"]


def test_sentences_stand_above_and_the_picture_is_gone_in_the_end() -> None:
    on = console()
    with Live(on) as live:
        live.watch(CellEvent("default", "waiting"))
        live.say("building with Docker\x1b[2J")
        live.watch(CellEvent("default", "ok", 1.0, "default: built in 1.0 s"))
        live.say("default: built in 1.0 s")
        live._live.refresh()
    assert isinstance(on.file, io.StringIO)
    written = on.file.getvalue()
    assert "default" in written
    screen = TinyScreen().feed(written)
    assert screen.lines == ["linkcheck: building with Docker\\x1b[2J"]
    assert screen.cursor


def test_the_picture_is_gone_after_an_error_too() -> None:
    on = console()
    with pytest.raises(KeyboardInterrupt), Live(on) as live:
        live.watch(CellEvent("default", "building"))
        live._live.refresh()
        raise KeyboardInterrupt
    assert isinstance(on.file, io.StringIO)
    screen = TinyScreen().feed(on.file.getvalue())
    assert (screen.lines, screen.cursor) == ([], True)


def test_plain_lines_are_taken_without_a_terminal_or_where_they_are_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert isinstance(view({}), Live)
    for environ in ({"CI": "true"}, {"NO_COLOR": "1"}, {"TERM": "dumb"}):
        assert isinstance(view(environ), Lines)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: False, raising=False)
    assert isinstance(view({}), Lines)


def test_without_rich_there_are_plain_lines(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = builtins.__import__

    def without(name: str, *rest: object) -> object:
        if name.startswith("rich"):
            raise ImportError(name)
        return real(name, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(builtins, "__import__", without)
    with view({}) as lines:
        lines.say("default: built in 1.0 s")
        lines.watch(CellEvent("default", "ok", 1.0))
    assert capsys.readouterr().err == "linkcheck: default: built in 1.0 s\n"


class OnTerminal:
    """`linkcheck matrix` with its stderr on a terminal; `read` returns what it drew."""

    def __init__(self, go: Path, *arguments: str, **env: str) -> None:
        ours, theirs = pty.openpty()
        clean = {k: v for k, v in os.environ.items() if k not in ("CI", "NO_COLOR")}
        paths = {"PATH": f"{go.parent}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(PROJECT)}
        screen = {"TERM": "xterm", "COLUMNS": "80", "LINES": "24"}
        self.process = subprocess.Popen(
            [*LINKCHECK, "matrix", "--builder", "local", "--fresh", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=theirs,
            cwd=PROJECT,
            env={**clean, **paths, **screen, **env},
        )
        os.close(theirs)
        self._terminal = ours
        self.drawn = ""

    def read(self, until: str = "") -> str:
        """All of it, or as far as `until` was drawn."""
        end = time.monotonic() + 240
        while time.monotonic() < end and not (until and until in self.drawn):
            if not select.select([self._terminal], [], [], 1)[0]:
                continue
            try:
                more = os.read(self._terminal, 65536)
            except OSError:  # Linux's way to say that nobody has the other end any more
                more = b""
            if not more:
                break
            self.drawn += more.decode()
        return self.drawn

    def end(self) -> tuple[int, str]:
        """The exit code, and what was printed as the result."""
        self.read()
        out, _ = self.process.communicate(timeout=60)
        os.close(self._terminal)
        return self.process.returncode, out.decode()


@pytest.mark.go
def test_a_matrix_on_a_terminal_draws_its_builds_and_leaves_the_notices_alone(
    go_toolchain: Path,
) -> None:
    running = OnTerminal(go_toolchain, "fixtures/hello", "--recipe", "cgo-off", "--base", "scratch")
    code, result = running.end()
    assert code == 0
    assert "cgo-off" in result
    assert "> cgo-off" in running.drawn
    assert "building" in running.drawn
    screen = TinyScreen().feed(running.drawn)
    assert screen.cursor
    assert len(screen.lines) == 1
    assert screen.lines[0].startswith("linkcheck: building with go")


@pytest.mark.go
def test_a_matrix_with_no_color_prints_a_line_a_build(go_toolchain: Path) -> None:
    running = OnTerminal(go_toolchain, "fixtures/hello", "--recipe", "cgo-off", NO_COLOR="1")
    assert running.end()[0] == 0
    assert "\x1b" not in running.drawn
    assert "linkcheck: cgo-off: built in" in running.drawn


@pytest.mark.go
def test_after_ctrl_c_nothing_of_the_view_is_left(go_toolchain: Path, tmp_path: Path) -> None:
    running = OnTerminal(
        go_toolchain,
        "fixtures/rng",
        "--recipe",
        "cgo-off,netgo",
        XDG_CACHE_HOME=str(tmp_path),  # with nothing compiled yet, there is time to press it
    )
    running.read(until="> cgo-off")
    running.process.send_signal(signal.SIGINT)
    code, result = running.end()
    assert code == 130
    assert "interrupted" in result
    screen = TinyScreen().feed(running.drawn)
    assert screen.cursor
    assert [line.split(":")[0] for line in screen.lines] == ["linkcheck", "linkcheck"]
    assert screen.lines[-1].startswith("linkcheck: error: interrupted")
    assert not any(mark in line for line in screen.lines for mark in ("building 0", "waiting"))
