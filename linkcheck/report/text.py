"""Small text helpers of the human formats: safe, wrapped, shortened."""

from __future__ import annotations

from linkcheck.report.screen import Screen

_COLORS = {"runs": "32", "degraded": "33", "fails": "31", "unknown": "35", "bold": "1", "dim": "2"}
_REGISTRY_PREFIXES = (
    "docker.io/library/",
    "docker.io/",
    "gcr.io/",
    "cgr.dev/",
    "registry.access.redhat.com/",
)


def plain(text: str) -> str:
    r"""`text` with everything a terminal could act upon spelled out (ESC becomes `\x1b`).

    Names come from files that may be hostile; `str.isprintable` is false for control
    characters, bidirectional overrides and the surrogates of undecodable file names.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def paint(text: str, color: str, screen: Screen) -> str:
    """`text` in a colour named after a verdict (or "bold", "dim"), where there is colour."""
    code = _COLORS.get(color)
    return f"\x1b[{code}m{text}\x1b[0m" if screen.color and code else text


def wrap(text: str, width: int, used: int = 0) -> list[str]:
    """`text` in lines of at most `width` columns, broken at spaces, else after `/` or `-`.

    `used` columns of the first line are taken already. The textwrap module breaks at each
    hyphen, which cuts flags in two where there is no need.
    """
    lines: list[str] = []
    line = ""
    for word in text.split():
        while True:
            total = width if lines else width - used
            room = total - len(line) - 1 if line else total
            if len(word) <= room:
                line = f"{line} {word}" if line else word
                break
            if line:
                lines.append(line)
                line = ""
                continue
            cut = word.rfind("/", 1, total) + 1 or word.rfind("-", 1, total) + 1 or total
            lines.append(word[:cut])
            word = word[cut:]  # noqa: PLW2901 -- the rest of a word longer than a line
    return [*lines, line] if line or not lines else lines


def paragraph(text: str, screen: Screen, *, first: str = "", rest: str | None = None) -> list[str]:
    """`text` wrapped to the screen, led by `first`, then by `rest` (default: as many spaces)."""
    rest = " " * len(first) if rest is None else rest
    width = max(20, screen.width - len(rest))
    used = max(0, min(len(first) - len(rest), width - 10))
    lines = wrap(plain(text), width, used)
    return [(first if number == 0 else rest) + line for number, line in enumerate(lines)]


def human_size(size: int) -> str:
    """Bytes in units of 1000, as image registries show them: `3.4 MB`."""
    if size < 1000:
        return f"{size} B"
    amount = float(size)
    for unit in ("kB", "MB", "GB"):
        amount /= 1000
        if amount < 999.5:
            return f"{amount:.1f} {unit}" if amount < 99.95 else f"{amount:.0f} {unit}"
    return f"{amount / 1000:.1f} TB"


def short_base(ref: str) -> str:
    """A base REF without its registry: `gcr.io/distroless/base-debian13` -> `base-debian13`."""
    for prefix in _REGISTRY_PREFIXES:
        if ref.startswith(prefix):
            ref = ref.removeprefix(prefix)
            break
    if ref.startswith("dir:"):
        return "dir:" + (ref.removeprefix("dir:").rstrip("/").rsplit("/", 1)[-1] or "/")
    return ref.removeprefix("distroless/")
