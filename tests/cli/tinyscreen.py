"""As much of a terminal as a redrawn view needs: what is left to see after all its codes."""

from __future__ import annotations

import re

_CODE = re.compile(r"\x1b\[(?P<number>\??\d*)(?:;\d+)*(?P<what>[A-Za-z])|\r|\n|[^\x1b\r\n]+")


class TinyScreen:
    """Feed it what was written; `lines` is what is seen then, `cursor` whether it is shown."""

    def __init__(self) -> None:
        self._lines = [""]
        self._row = self._column = 0
        self.cursor = True

    @property
    def lines(self) -> list[str]:
        return [line.rstrip() for line in self._lines if line.strip()]

    def feed(self, written: str) -> TinyScreen:
        position = 0
        while position < len(written):
            found = _CODE.match(written, position)
            assert found is not None, f"unknown code: {written[position : position + 10]!r}"
            self._obey(found)
            position = found.end()
        return self

    def _obey(self, found: re.Match[str]) -> None:
        what, number = found["what"], found["number"]
        if what in ("h", "l"):
            assert number == "?25", number
            self.cursor = what == "h"
        elif what == "A":
            self._row = max(0, self._row - int(number or 1))
        elif what == "K":
            self._lines[self._row] = ""
        elif found[0] == "\r":
            self._column = 0
        elif found[0] == "\n":
            self._row += 1
            self._column = 0
            while len(self._lines) <= self._row:
                self._lines.append("")
        elif what is None:
            line = self._lines[self._row].ljust(self._column)
            end = self._column + len(found[0])
            self._lines[self._row] = line[: self._column] + found[0] + line[end:]
            self._column = end
        else:
            assert what == "m", found[0]
