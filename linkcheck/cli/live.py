"""Progress of a matrix: a view that keeps itself up to date on a terminal, else plain lines."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, Protocol, Self

from linkcheck.cli.output import note

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from linkcheck.pipeline.events import CellEvent

_PER_SECOND: Final = 8
_AROUND: Final = 3  # lines of the screen that are left free
_DONE: Final = ("ok", "unchanged", "failed", "skipped")
_MARKS: Final[Mapping[str, tuple[str, str]]] = {
    "waiting": (".", "dim"),
    "building": (">", "bold"),
    "judging": (">", "bold"),
    "ok": ("+", "green"),
    "unchanged": ("=", "green"),
    "failed": ("-", "red"),
    "skipped": ("!", "yellow"),
}


class View(Protocol):
    """What a command tells while it works; to be used as a `with` block."""

    def say(self, message: str) -> None:
        """A sentence, from any thread."""
        ...

    def watch(self, event: CellEvent) -> None:
        """A step of a cell, from any thread."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...


def view(environ: Mapping[str, str] = os.environ) -> View:
    """The live view where stderr is a terminal that takes it and rich is there, else plain lines.

    NO_COLOR, CI and TERM=dumb ask for plain lines.
    """
    if not sys.stderr.isatty() or environ.get("NO_COLOR") or environ.get("TERM") == "dumb":
        return Lines()
    if environ.get("CI", "").lower() in ("true", "1"):
        return Lines()
    try:
        from rich.console import Console
    except ImportError:
        return Lines()
    return Live(Console(stderr=True, highlight=False))


class Lines:
    """A line a sentence, and nothing that has to be removed again."""

    def say(self, message: str) -> None:
        """See `View.say`."""
        note(message)

    def watch(self, event: CellEvent) -> None:
        """See `View.watch`."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass


class Live:
    """A line a cell, redrawn in place; gone when the block ends, however it ends."""

    def __init__(self, console: Console, clock: Callable[[], float] = monotonic) -> None:
        self._console = console
        self._clock = clock
        self._lock = Lock()
        self._cells: dict[str, tuple[CellEvent, float]] = {}
        self._drawn: set[str] = set()  # sentences that the picture tells
        self._live: Any = None

    def __enter__(self) -> Self:
        from rich.live import Live as Redrawn

        self._live = Redrawn(
            get_renderable=self.picture,
            console=self._console,
            transient=True,
            refresh_per_second=_PER_SECOND,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._live.start(refresh=False)
        # rich hides it, and a process that is killed could not bring it back
        self._console.show_cursor(True)
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def say(self, message: str) -> None:
        """See `View.say`: above the picture, unless that tells the same."""
        if message in self._drawn:
            return
        from rich.text import Text

        from linkcheck.report.text import plain

        self._console.print(Text(f"linkcheck: {plain(message)}"), soft_wrap=True)

    def watch(self, event: CellEvent) -> None:
        """See `View.watch`."""
        with self._lock:
            before = self._cells.get(event.name)
            if event.state == "waiting" and before and before[0].state != "waiting":
                self._cells.clear()  # the next matrix: another Go release
            self._cells[event.name] = (event, self._clock())
            if event.text:
                self._drawn.add(event.text)

    def picture(self) -> RenderableType:
        """All cells, or where the screen is too low the ones that matter now, and their number."""
        from rich.table import Table
        from rich.text import Text

        with self._lock:
            cells = list(self._cells.values())
        now = self._clock()
        grid = Table.grid(padding=(0, 2))
        grid.add_column(no_wrap=True)
        grid.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
        for event, since in self._shown(cells):
            mark, style = _MARKS[event.state]
            busy = event.state in ("building", "judging")
            seconds = now - since if busy else event.seconds
            told = f"{event.state} {seconds:.1f} s" if busy or event.state == "ok" else event.state
            if event.state in ("failed", "skipped"):
                told = event.text.removeprefix(f"{event.name}: ") or event.state
            grid.add_row(Text(f"{mark} {_plain(event.name)}", style), Text(_plain(told), style))
        ended = sum(event.state in (*_DONE, "judging") for event, _ in cells)
        if cells:
            grid.add_row(Text(f"  {ended} of {len(cells)}", "dim"), Text(""))
        return grid

    def _shown(self, cells: list[tuple[CellEvent, float]]) -> list[tuple[CellEvent, float]]:
        room = max(1, self._console.height - _AROUND)
        if len(cells) <= room:
            return cells
        busy = [cell for cell in cells if cell[0].state in ("building", "judging")]
        ended = sorted((cell for cell in cells if cell[0].state in _DONE), key=lambda cell: cell[1])
        free = max(0, room - len(busy))
        return [*ended[len(ended) - min(free, len(ended)) :], *busy][-room:]


def _plain(text: str) -> str:
    from linkcheck.report.text import plain

    return plain(text)
