"""Names of findings that survive moved lines: rule, file, and the text of the instruction."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence

from linkcheck.model.gate import Edit, GateFinding, Placed


def identified(placed: Iterable[Placed], lines: Sequence[str]) -> tuple[GateFinding, ...]:
    """The findings with fingerprints; `lines` are those of the file that they are in."""
    seen: Counter[str] = Counter()
    found = []
    for finding, at, edit in placed:
        text = " ".join(" ".join(lines[at.line - 1 : at.end_line]).split()) if at.line else ""
        key = "\0".join((finding.rule, at.path, text))
        seen[key] += 1
        digest = hashlib.sha256(f"{key}\0{seen[key]}".encode("utf-8", "backslashreplace"))
        found.append(
            GateFinding(
                finding.rule,
                finding.level,
                finding.message,
                finding.evidence,
                finding.fix,
                at,
                digest.hexdigest()[:32],
                edit=_read(edit, lines),
            )
        )
    return tuple(found)


def _read(edit: Edit | None, lines: Sequence[str]) -> Edit | None:
    """The change with the line that it is made in; None where the line reads otherwise."""
    if edit is None or not 0 < edit.line <= len(lines):
        return None
    text = lines[edit.line - 1]
    return edit._replace(text=text) if edit.old and edit.old in text else None
