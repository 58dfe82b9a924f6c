"""What it means for prediction and observation to agree."""

from __future__ import annotations

from dataclasses import dataclass, field

from linkcheck.run.agreement import agrees, foretells_start
from tools.trials.cells import FIXTURE_OF_NEED, RUN_NEEDS, Cell, Prediction


@dataclass(slots=True)
class Tally:
    """Counts of one way to predict (from the root, or from the catalog)."""

    cells: int = 0
    agree: int = 0
    unknown: int = 0
    texts: int = 0
    texts_same: int = 0
    needs: int = 0
    needs_agree: int = 0
    disagreements: list[str] = field(default_factory=list)
    text_differences: list[str] = field(default_factory=list)
    need_differences: list[str] = field(default_factory=list)

    def add(self, cell: Cell, predicted: Prediction) -> None:
        """Count one cell."""
        self.cells += 1
        observed = cell.observed
        where = f"{cell.program} in {cell.base}"
        if predicted.answer == "unknown":
            self.unknown += 1
            self.disagreements.append(f"{where}: unknown ({predicted.reason})")
            return
        starts = foretells_start(predicted.answer)
        if agrees(predicted.answer, observed):
            self.agree += 1
        else:
            self.disagreements.append(
                f"{where}: predicted {predicted.answer} ({predicted.reason}), "
                f"observed {observed.outcome} {observed.exit_code}: "
                f"{(observed.refusal or observed.output)[:300]!r}"
            )
            return
        if not starts and observed.refusal:
            self._add_text(where, predicted.error_text or "", observed.refusal)
        if starts:
            self._add_needs(where, cell, predicted)

    def _add_text(self, where: str, predicted: str, observed: str) -> None:
        self.texts += 1
        if predicted == observed:
            self.texts_same += 1
        else:
            self.text_differences.append(
                f"{where}:\n    predicted {predicted[:500]!r}\n    observed  {observed[:500]!r}"
            )

    def _add_needs(self, where: str, cell: Cell, predicted: Prediction) -> None:
        """Only the fixtures tell by their exit code which run-time need they miss."""
        need = next((n for n, f in FIXTURE_OF_NEED.items() if f == cell.fixture), None)
        if need is None or cell.observed.exit_code is None:
            return
        self.needs += 1
        missed = RUN_NEEDS.get(cell.observed.exit_code) == need
        if missed == (need in predicted.missing):
            self.needs_agree += 1
        else:
            self.need_differences.append(
                f"{where}: predicted {predicted.answer} without {predicted.missing}, "
                f"observed exit code {cell.observed.exit_code}: {cell.observed.output[-200:]!r}"
            )
