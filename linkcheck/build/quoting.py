"""Words in a text that Go splits again."""

from __future__ import annotations


def quoted(word: str) -> str:
    """`word` as cmd/internal/quoted splits it again, for CC and -ldflags, which hold several."""
    if word and not any(c in word for c in " \t\r\n'\""):
        return word
    return f'"{word}"' if "'" in word else f"'{word}'"
