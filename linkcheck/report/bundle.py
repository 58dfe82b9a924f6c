"""A bundle as text: what each file is for, what was left out, and whether it starts."""

from __future__ import annotations

from linkcheck.model.bundle import Bundle, Piece
from linkcheck.model.report import Trial
from linkcheck.model.verdicts import Verdict
from linkcheck.report.columns import GAP, columns
from linkcheck.report.screen import Screen
from linkcheck.report.text import human_size, paint, paragraph, plain, wrap

_SHOWN = 6  # files of one folder and reason that are named one by one


def render(bundle: Bundle, screen: Screen) -> str:
    """Every file with its reason, many of one reason in one line."""
    lines = piece_lines(bundle.pieces, screen)
    files = sum(piece.kind == "file" for piece in bundle.pieces)
    lines += ["", f"{files} files, {human_size(bundle.size)} in {bundle.output}"]
    if bundle.left_out:
        lines += ["", "Left out:"]
        for left in bundle.left_out:
            lines += paragraph(f"{left.what}: {left.why}", screen, first="  ", rest="    ")
    if bundle.licences:
        lines += ["", "Licences to keep to:"]
        for one in bundle.licences:
            text = f"{one.package} {one.version}: {one.text}"
            lines += paragraph(text, screen, first="  ", rest="    ")
    lines += ["", *outcome(bundle.verdict, bundle.trial, bundle.untried, "bundle", screen)]
    return "\n".join(lines) + "\n"


def piece_lines(pieces: tuple[Piece, ...], screen: Screen) -> list[str]:
    """A table of files and what they are for, many of one reason in one line."""
    rows = [(plain(path), size, why) for path, size, why in _rows(pieces)]
    widest = max((len(path) for path, _, _ in rows), default=0)
    room = max(24, screen.width - min(widest, 44) - 10 - 2 * GAP)
    return columns(
        ["file", "size", "for"],
        [
            ["\n".join(wrap(path, 44)), size, "\n".join(wrap(plain(why), room))]
            for path, size, why in rows
        ],
    )


def outcome(
    verdict: Verdict, trial: Trial | None, untried: str, where: str, screen: Screen
) -> list[str]:
    """What was predicted, and what happened at the start; `untried` says why there was none."""
    word = paint(verdict.answer, verdict.answer, screen)
    lines = [f"Predicted: {word}"]
    if verdict.answer != "runs":
        lines += paragraph(verdict.reason, screen, first="  ")
    if trial is None:
        return [*lines, *paragraph(f"Not started: {untried}", screen, rest="  ")]
    code = trial.exit_code
    how = "it still ran at the end of its time" if code is None else f"exit code {code}"
    return [*lines, f"Started in the {where}: {how}"]


def _rows(pieces: tuple[Piece, ...]) -> list[tuple[str, str, str]]:
    groups: dict[str, list[Piece]] = {}
    for piece in pieces:
        if piece.kind != "folder" or piece.why:
            groups.setdefault(piece.why, []).append(piece)
    rows = []
    for why, group in groups.items():
        if len(group) <= _SHOWN:
            rows += [(_named(p), _size(p), why) for p in group]
        else:
            total = human_size(sum(p.size for p in group))
            rows.append((f"{_common([p.path for p in group])} ({len(group)} files)", total, why))
    return sorted(rows)


def _named(piece: Piece) -> str:
    if piece.kind == "link":
        return f"{piece.path} -> {piece.target}"
    return f"{piece.path}/" if piece.kind == "folder" else piece.path


def _size(piece: Piece) -> str:
    return human_size(piece.size) if piece.kind == "file" else "-"


def _common(paths: list[str]) -> str:
    first, last = min(paths), max(paths)
    same = next((n for n, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), 0)
    return first[: first.rfind("/", 0, same + 1) + 1]
