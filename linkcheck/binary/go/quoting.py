"""Go's quoted strings (`strconv.Unquote`, Go specification "String literals")."""

from __future__ import annotations

import re

_SIMPLE = {
    "a": "\a",
    "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\", '"': '"',
}  # fmt: skip
_ESCAPE = re.compile(
    r"\\(?:([abfnrtv\\\"])|((?:x[0-9a-fA-F]{2}|[0-7]{3})(?:\\(?:x[0-9a-fA-F]{2}|[0-7]{3}))*)"
    r"|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.?))",
    re.DOTALL,
)
_BYTE = re.compile(r"x([0-9a-fA-F]{2})|([0-7]{3})")
_LITERAL = re.compile(r'"(?:[^"\\\n]|\\.)*"|`[^`]*`')


def quoted_prefix(text: str) -> str:
    """The quoted string that `text` starts with, quotes included. ValueError: there is none."""
    match = _LITERAL.match(text)
    if match is None:
        raise ValueError("an unfinished quoted string")
    return match.group()


def unquote(text: str) -> str:
    """What the quoted string stands for. ValueError: it is not one, or has a bad escape.

    Bytes written as \\xHH or \\OOO are taken as UTF-8; what is none becomes U+FFFD.
    """
    if quoted_prefix(text) != text:
        raise ValueError("text after a quoted string")
    inner = text[1:-1]
    if text[0] == "`":
        return inner.replace("\r", "")
    return _ESCAPE.sub(_unescape, inner) if "\\" in inner else inner


def _unescape(match: re.Match[str]) -> str:
    simple, raw, short, long, bad = match.groups()
    if simple:
        return _SIMPLE[simple]
    if raw:
        values = [int(h, 16) if h else int(o, 8) for h, o in _BYTE.findall(raw)]
        if max(values) > 0xFF:
            raise ValueError("an octal escape above 255")
        return bytes(values).decode(errors="replace")
    code = int(short or long or "110000", 16)
    if bad is not None or code > 0x10FFFF or 0xD800 <= code < 0xE000:
        raise ValueError(f"a bad escape {match.group()!r}")
    return chr(code)
