"""What a RUN does: packages it installs, and whether anything else could matter.

No shell is played through. A RUN is cut into simple commands; those in `_HARMLESS` put no program
and no library into an image, package managers put what they name, `ln` puts a link, and anything
else counts as something that can bring any file.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import Final, Literal

from linkcheck.gate.links import link_of
from linkcheck.model.dockerfile import Instruction
from linkcheck.model.stageimage import Installed, Line, Ran

_HARMLESS: Final = frozenset(
    {"addgroup", "adduser", "apk", "apt", "apt-get", "chgrp", "chmod", "chown", "deluser", "dnf"}
    | {"echo", "export", "false", "find", "groupadd", "id", "ldconfig", "ls", "microdnf", "mkdir"}
    | {"printf", "pwd", "rm", "rmdir", "set", "sleep", "test", "touch", "true", "umask", "unset"}
    | {"update-ca-certificates", "update-ca-trust", "useradd", "usermod", "yum", ":", "[", "cat"}
    | {"exit"}
)
_SEPARATORS: Final = re.compile(r"\A[();<>|&\n]+\Z")
_WORDS: Final = re.compile(r"[ \t]+")
_INSTALL: Final[dict[str, tuple[Literal["apk", "apt", "dnf"], frozenset[str]]]] = {
    "apk": ("apk", frozenset({"add"})),
    "apt-get": ("apt", frozenset({"install"})),
    "apt": ("apt", frozenset({"install"})),
    "aptitude": ("apt", frozenset({"install"})),
    "dnf": ("dnf", frozenset({"install"})),
    "microdnf": ("dnf", frozenset({"install"})),
    "yum": ("dnf", frozenset({"install"})),
}
_WITH_VALUE: Final = frozenset(
    {"-t", "--virtual", "-X", "--repository", "-o", "--option", "--target-release", "-c", "-p"}
    | {
        "--root",
        "--installroot",
        "--releasever",
        "--setopt",
        "--repo",
        "--enablerepo",
        "--keys-dir",
    }
)
_LEADING: Final = frozenset(
    {"if", "then", "else", "do", "!", "{", "sudo", "exec", "time", "env", "while", "until"}
)
_OTHER_ROOT: Final = ("--root", "--installroot", "-p", "--prefix")


def commands(instruction: Instruction, at: Line) -> Iterator[Ran]:
    """The simple commands of a RUN, heredocs included."""
    if instruction.json:
        yield Ran(instruction.words, _harmless(instruction.words), at, False)
        return
    text = instruction.args
    for heredoc in instruction.heredocs:
        text += "\n" + heredoc.content.replace("\\\n", " ")
        if heredoc.content.startswith("#!") and "sh" not in heredoc.content.splitlines()[0]:
            yield Ran(("#!",), False, at, True)
    for all_words in simple_commands(text):
        words, assigned = _bare(all_words)
        yield Ran(words, _harmless(words), at, True, assigned=assigned)


def simple_commands(text: str) -> Iterator[tuple[str, ...]]:
    """The commands of a shell text, each as its words; what can't be cut is one unknown command."""
    lexer = shlex.shlex(text, posix=True, punctuation_chars="();<>|&\n")
    lexer.whitespace = " \t\r"
    lexer.whitespace_split = True
    lexer.commenters = ""
    words: list[str] = []
    try:
        for token in lexer:
            if not _SEPARATORS.match(token) or "<" in token or ">" in token:
                words.append(token)
            elif words:
                yield tuple(words)
                words = []
    except ValueError:  # a quote that is not closed
        yield ("?",)
        return
    if words:
        yield tuple(words)


def _bare(words: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The command without words of the shell in front of it, and the variables set for it."""
    at = 0
    assigned = []
    while at < len(words) - 1:
        if re.match(r"[A-Za-z_]\w*=", words[at]):
            assigned.append(words[at])
        elif words[at] not in _LEADING:
            break
        at += 1
    return words[at:], tuple(assigned)


def _harmless(words: tuple[str, ...]) -> bool:
    name = words[0].rsplit("/", 1)[-1] if words else "true"
    if any(">" in word for word in words):
        return name in ("echo", "printf", "cat", "true", "set") or "/dev/null" in words
    if name == "ln":
        return link_of(words) is not None
    return name in _HARMLESS or bool(re.fullmatch(r"[A-Za-z_]\w*=.*|fi|done|esac|}|<<.*", name))


def packages(ran: Ran) -> Iterator[Installed]:
    """The packages that a command installs into the image itself."""
    name = ran.words[0].rsplit("/", 1)[-1] if ran.words else ""
    if name not in _INSTALL:
        return
    manager, verbs = _INSTALL[name]
    rest = list(ran.words[1:])
    if any(word.startswith(_OTHER_ROOT) for word in rest):
        return
    plain = list(_without_flags(rest))
    if not plain or plain[0] not in verbs:
        return
    lean = any(
        word in ("--no-install-recommends", "install_weak_deps=False", "--nodocs")
        or "install_weak_deps=0" in word
        or "Install-Recommends=0" in word
        or "Install-Recommends=false" in word
        for word in rest
    )
    recommends = manager != "apk" and not lean
    group = _virtual(rest) if manager == "apk" else ""
    for package in plain[1:]:
        yield Installed(bare_package(package), manager, recommends, ran.at, group)


def removed(ran: Ran) -> frozenset[str]:
    """The packages, or groups of apk, that a command takes away again."""
    name = ran.words[0].rsplit("/", 1)[-1] if ran.words else ""
    if name not in _INSTALL:
        return frozenset()
    plain = list(_without_flags(list(ran.words[1:])))
    if not plain or plain[0] not in ("del", "remove", "purge", "erase", "autoremove"):
        return frozenset()
    return frozenset(map(bare_package, plain[1:]))


def _virtual(words: list[str]) -> str:
    """The name after `--virtual` or `-t`."""
    for at, word in enumerate(words):
        if word in ("-t", "--virtual") and at + 1 < len(words):
            return words[at + 1]
        if word.startswith("--virtual="):
            return word.partition("=")[2]
    return ""


def _without_flags(words: list[str]) -> Iterator[str]:
    skip = False
    for word in words:
        if skip:
            skip = False
        elif word.startswith("-"):
            skip = word in _WITH_VALUE
        elif not re.search(r"[<>]|^\d$", word):
            yield word


def bare_package(name: str) -> str:
    """`ca-certificates=2024-r1` and `tzdata@edge` without version and repository."""
    return re.split(r"[=<>~@]", name, maxsplit=1)[0]
