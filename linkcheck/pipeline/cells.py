"""The cells of a matrix carried out: in parallel, each one apart from the others' failures."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

from linkcheck.build.builder import Builder, BuiltBinary, NotBuilt, Outcome, Program
from linkcheck.build.reuse import Store, program_digest
from linkcheck.pipeline.events import CellEvent, State, Watch, cell_names, unwatched
from linkcheck.pipeline.plan import Cell

INTERRUPTED = NotBuilt("skipped", "interrupted")
MEMORY = 3 << 29  # bytes that one `go build` of a larger program takes, mostly its link


@dataclass(frozen=True, slots=True)
class Ended:
    """How a cell ended; `reused`: in an earlier run, which took those seconds."""

    outcome: Outcome
    seconds: float
    reused: bool = False
    broken: str = ""  # a bug: what was raised though nothing should have been


class Cells:
    """The cells that were finished so far, their programs below `folder`.

    `store` holds what earlier runs built, and takes what this one builds; with `fresh` nothing
    is taken out of it. `watch` is told of each step.
    """

    def __init__(
        self,
        builder: Builder,
        folder: Path,
        store: Store | None = None,
        *,
        fresh: bool = False,
        watch: Watch = unwatched,
    ) -> None:
        self._builder = builder
        self._folder = folder
        self._store = store
        self._fresh = fresh
        self._watch = watch
        self._names: dict[Cell, str] = {}
        self._digests: dict[Program, str | None] = {}
        self._keys: dict[Cell, str] = {}
        self.ended: dict[Cell, Ended] = {}

    def build(self, cells: Sequence[Cell], progress: Callable[[str], None]) -> bool:
        """Build all cells; False where Ctrl-C ended that early."""
        self._names = cell_names(cells)
        for name in self._names.values():
            self._watch(CellEvent(name, "waiting"))
        tell = _teller(self._names, progress, self._watch)
        try:
            todo = [cell for cell in cells if not self._reuse(cell, tell)]
            return self._build(todo, tell)
        except KeyboardInterrupt:
            return False
        finally:
            self._keep()

    def _build(self, cells: Sequence[Cell], tell: Callable[[Cell, Ended], None]) -> bool:
        followers: dict[Cell | None, list[Cell]] = {}
        for cell, leader in _leaders(cells).items():
            followers.setdefault(leader, []).append(cell)
        with ThreadPoolExecutor(_workers(self._builder)) as pool:
            running: dict[Future[Ended], Cell] = {}
            ready = followers.get(None, [])
            try:
                while ready or running:
                    running |= {pool.submit(self._run, cell): cell for cell in ready}
                    ready = []
                    for future in wait(running, return_when=FIRST_COMPLETED).done:
                        cell = running.pop(future)
                        self.ended[cell] = future.result()
                        tell(cell, self.ended[cell])
                        ready += followers.get(cell, [])
            except KeyboardInterrupt:
                pool.shutdown(wait=False, cancel_futures=True)
                self._builder.cancel()
                return False
        return True

    def _run(self, cell: Cell) -> Ended:
        begun = time.monotonic()
        self._watch(CellEvent(self._names[cell], "building"))
        broken = ""
        try:
            # a program of an earlier run must not pass for what could not be built now
            (self._folder / cell.file).unlink(missing_ok=True)
            outcome = self._builder.build(
                cell.recipe, cell.program, cell.platform, self._folder / cell.folder
            )
        except Exception as error:  # one broken cell must not take the others with it
            broken = f"{type(error).__name__}: {error}"
            outcome = NotBuilt("failed", broken)
        return Ended(outcome, time.monotonic() - begun, broken=broken)

    def _reuse(self, cell: Cell, tell: Callable[[Cell, Ended], None]) -> bool:
        if self._store is None:
            return False
        digest = self._digest(cell.program)
        key = self._store.key(self._builder, cell.program, digest, cell.recipe, cell.platform)
        if key is None:
            return False
        self._keys[cell] = key
        found = None if self._fresh else self._store.find(key, self._folder / cell.file)
        if found is None:
            return False
        if isinstance(found.outcome, NotBuilt):
            (self._folder / cell.file).unlink(missing_ok=True)
        self.ended[cell] = Ended(found.outcome, found.seconds, reused=True)
        tell(cell, self.ended[cell])
        return True

    def _digest(self, program: Program) -> str | None:
        if program not in self._digests:
            self._digests[program] = program_digest(program, without=self._folder)
        return self._digests[program]

    def _keep(self) -> None:
        """Store what was built, unless its source was edited meanwhile."""
        new = [cell for cell in self._keys if cell in self.ended and not self.ended[cell].reused]
        if self._store is None or not new:
            return
        before, self._digests = self._digests, {}
        for cell in new:
            ended = self.ended[cell]
            if not ended.broken and self._digest(cell.program) == before[cell.program]:
                self._store.keep(self._keys[cell], ended.outcome, ended.seconds)
        self._store.prune()


def _leaders(cells: Sequence[Cell]) -> dict[Cell, Cell | None]:
    """For each cell the one whose end it waits for, in the order to start them.

    The first cell for each way in which the standard library, or net in it, is compiled goes
    ahead, so that the others find that in the cache rather than compile it beside each other.
    """
    whole: dict[tuple[object, ...], Cell] = {}
    net: dict[tuple[object, ...], Cell] = {}
    leaders: dict[Cell, Cell | None] = {}
    for cell in cells:
        recipe = cell.recipe
        mode = tuple(flag for flag in recipe.flags if flag.startswith(("-race", "-buildm")))
        way: tuple[object, ...] = (cell.platform, mode)
        first = whole.setdefault(way, cell)
        alike = net.setdefault((*way, recipe.cgo, "netgo" in recipe.tags), cell)
        if first is cell:
            leaders[cell] = cells[0] if leaders else None
        else:
            leaders[cell] = first if alike is cell else alike
    # those that others wait for, and that take longest, are not to come last
    return dict(sorted(leaders.items(), key=lambda item: item[0] not in whole.values()))


def _workers(builder: Builder) -> int:
    """How many builds at once: `go build` itself uses all cores; more fill the gaps as it links."""
    capacity = builder.capacity()
    by_memory = capacity.memory // MEMORY if capacity.memory else capacity.cpus
    return max(1, min(max(2, capacity.cpus // 2), capacity.cpus, by_memory))


def _teller(
    names: Mapping[Cell, str], progress: Callable[[str], None], watch: Watch
) -> Callable[[Cell, Ended], None]:
    """Says how a cell ended, under a name that tells it from the others."""

    def tell(cell: Cell, ended: Ended) -> None:
        name = names[cell]
        if isinstance(ended.outcome, BuiltBinary):
            how = "unchanged, built in" if ended.reused else "built in"
            text = f"{name}: {how} {ended.seconds:.1f} s"
        else:
            text = f"{name}: {ended.outcome.status}: {ended.outcome.cause}"
        # first: who draws it need not be told again
        watch(CellEvent(name, _state(ended), ended.seconds, text))
        progress(text)

    return tell


def _state(ended: Ended) -> State:
    if isinstance(ended.outcome, BuiltBinary):
        return "unchanged" if ended.reused else "ok"
    return ended.outcome.status
