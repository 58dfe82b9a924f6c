"""Which of the known texts a pasted one is: by pattern, else by the words that they share."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from linkcheck.explain.texts import ErrorText, error_texts

MAX_TEXT: Final = 20_000  # characters; a log's end says most
_ALIKE: Final = 0.6  # share of an example's words that must be there, with few others
_FEWEST: Final = 3  # words; fewer say nothing
_WORD: Final = re.compile(r"[a-z_][a-z0-9_.+-]*[a-z0-9]|[a-z0-9]{2,}")
# Words that nearly every error text holds.
_COMMON: Final = frozenset(
    {"the", "to", "of", "in", "error", "failed", "not", "no", "is", "on", "for", "app", "can", "be"}
    | {"docker", "from", "daemon", "response", "container", "process", "could", "cannot", "and"}
)


class Found(NamedTuple):
    """A known text; `sure` where a pattern matched, else it is the nearest one."""

    text: ErrorText
    sure: bool


def explain_text(pasted: str) -> Found | None:
    """The known error that `pasted` shows, or None: then it is honestly not known."""
    text = " ".join(_straight(pasted[-MAX_TEXT:]).split())
    for known in error_texts():
        if any(pattern.search(text) for pattern in known.patterns):
            return Found(known, True)
    words = _words(text)
    if len(words) < _FEWEST:
        return None
    score, nearest = max(
        ((_likeness(words, known), known) for known in error_texts()), key=lambda one: one[0]
    )
    return Found(nearest, False) if score >= _ALIKE else None


def _straight(text: str) -> str:
    """With plain quotes, as chats and trackers make them curly, and without terminal colours."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", text)
    return text.translate(str.maketrans("\u2018\u2019\u201c\u201d\u00b4", "''\"\"'"))


def _likeness(words: frozenset[str], known: ErrorText) -> float:
    best = 0.0
    for example in known.examples:
        wanted = _words(example)
        shared = sum(_has(words, word) for word in wanted)
        if shared >= _FEWEST:
            best = max(best, 2 * shared / (len(wanted) + len(words)))
    return best


def _has(words: frozenset[str], wanted: str) -> bool:
    """Whether the word is there, one letter wrong or missing included."""
    if wanted in words:
        return True
    if len(wanted) < 5:
        return False
    return any(abs(len(word) - len(wanted)) <= 1 and _near(word, wanted) for word in words)


def _near(one: str, other: str) -> bool:
    """Whether two words differ by one letter changed, added, left out, or by two swapped."""
    if len(one) > len(other):
        one, other = other, one
    at = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
    if len(one) < len(other):
        return one[at:] == other[at + 1 :]
    swapped = one[at : at + 2] == other[at : at + 2][::-1]
    return one[at + 1 :] == other[at + 1 :] or (swapped and one[at + 2 :] == other[at + 2 :])


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.lower())) - _COMMON
