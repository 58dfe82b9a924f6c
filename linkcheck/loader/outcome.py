"""What a loader model writes down while it works."""

from __future__ import annotations

from dataclasses import dataclass, field

from linkcheck.model.needs import NeedKind
from linkcheck.model.verdicts import LoadResult, Refusal


@dataclass(slots=True)
class Log:
    """Collects refusals, doubts and the trace of one start, in the loader's order."""

    base: str
    refusals: list[Refusal] = field(default_factory=list)
    doubts: list[Refusal] = field(default_factory=list)
    late: list[Refusal] = field(default_factory=list)
    trace: list[str] = field(default_factory=list)
    printed: list[str] = field(default_factory=list)
    loaded: list[str] = field(default_factory=list)

    def note(self, line: str) -> None:
        """Add a line to the trace."""
        self.trace.append(line)

    def refuse(self, kind: NeedKind, value: str, reason: str, text: str | None) -> None:
        """The loader refuses; `text` is the line that it prints, or None where it dies silently."""
        self.refusals.append(Refusal(kind, value, f"{self.base}: {reason}", text))
        if text is not None:
            self.printed.append(text)
        self.trace.append(f"=> {text or reason}")

    def warn(self, text: str) -> None:
        """The loader prints `text` and goes on."""
        self.trace.append(text)
        self.printed.append(text)

    def refuse_anywhere(self, kind: NeedKind, value: str, reason: str, text: str | None) -> None:
        """The same for a refusal that has nothing to do with this base, so its name is left out."""
        self.refusals.append(Refusal(kind, value, reason, text))
        if text is not None:
            self.printed.append(text)
        self.trace.append(f"=> {reason}")

    def doubt(self, kind: NeedKind, value: str, reason: str) -> None:
        """It can't be told whether that would do."""
        self.doubts.append(Refusal(kind, value, f"{self.base}: {reason}"))
        self.trace.append(f"?? {reason}")

    def dies_later(self, kind: NeedKind, value: str, reason: str, text: str) -> None:
        """It starts, and a later call ends it with `text`."""
        self.late.append(Refusal(kind, value, f"{self.base}: {reason}", text))

    def result(self) -> LoadResult:
        """Everything that was written down; a start that succeeds has no error text."""
        refused_aloud = any(r.error_text is not None for r in self.refusals)
        return LoadResult(
            refusals=tuple(self.refusals),
            doubts=tuple(self.doubts),
            late=tuple(self.late),
            error_text="\n".join(self.printed) if refused_aloud else None,
            trace=tuple(self.trace),
            loaded=tuple(self.loaded),
        )
