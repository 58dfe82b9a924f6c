"""The changes that findings propose, as a patch for `git apply` or `patch -p1`."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path

from linkcheck.model.gate import Edit, GateReport


def patch_of(report: GateReport) -> str:
    """A unified diff over all Dockerfiles; "" where no new finding knows a change.

    Of two changes to one line the first is taken; a file that can't be read any more is left out.
    """
    edits: dict[str, dict[int, Edit]] = {}
    for target in report.targets:
        for finding in target.findings:
            if finding.state == "new" and finding.edit is not None and finding.edit.text:
                edits.setdefault(finding.at.path, {}).setdefault(finding.edit.line, finding.edit)
    return "".join(_patched(path, edits[path].values()) for path in sorted(edits))


def _patched(path: str, edits: Iterable[Edit]) -> str:
    try:
        before = Path(path).read_bytes().decode("utf-8").splitlines(keepends=True)
    except (OSError, UnicodeDecodeError):
        return ""
    after = list(before)
    for edit in edits:
        line = before[edit.line - 1] if edit.line <= len(before) else ""
        if edit.text and line.rstrip("\r\n") == edit.text:
            after[edit.line - 1] = edit.result() + line[len(edit.text) :]
    name = path.removeprefix("./").lstrip("/")
    lines = difflib.unified_diff(before, after, f"a/{name}", f"b/{name}")
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )
