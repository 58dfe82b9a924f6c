"""REF -> canonical name: registries, short names, codenames, dated and patch tags."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

# Registries under whose names the same images are found.
_PREFIXES: Final = (
    "docker.io/library/",
    "index.docker.io/library/",
    "registry-1.docker.io/library/",
    "mirror.gcr.io/library/",
    "public.ecr.aws/docker/library/",
    "docker.io/",
    "index.docker.io/",
    "library/",
)
_ARCHITECTURES: Final = frozenset(
    {"amd64", "arm64", "arm64v8", "arm", "arm32v7", "arm32v6", "i386", "386", "ppc64le", "s390x"}
    | {"riscv64", "x86_64", "aarch64"}
)
_NUMBERS: Final = re.compile(r"\d+(\.\d+)*\Z")
_NEWEST: Final = ("", "latest")


def canonical(
    ref: str, repositories: Mapping[str, Mapping[str, Any]], bases: Collection[str]
) -> str | None:
    """The name of the base that `ref` means, or None."""
    if ref in bases:
        return ref
    name, _, digest = ref.strip().partition("@")
    repository, tag = _split(name)
    if digest and not tag:
        return None
    key = _repository(repository, repositories)
    if key is None:
        return None
    return next((n for n in _candidates(key, tag, repositories[key]) if n in bases), None)


def _split(name: str) -> tuple[str, str]:
    head, slash, last = name.rpartition("/")
    repository, _, tag = last.partition(":")
    return head + slash + repository, tag


def _repository(name: str, repositories: Mapping[str, Mapping[str, Any]]) -> str | None:
    names = [name]
    names += [name.removeprefix(prefix) for prefix in _PREFIXES if name.startswith(prefix)]
    for candidate in names:
        for key, rule in repositories.items():
            if candidate == key or candidate in rule.get("aliases", ()):
                return key
    return None


def _candidates(repository: str, tag: str, rule: Mapping[str, Any]) -> Iterator[str]:
    """Possible canonical names, the best first."""
    base = str(rule.get("name", repository))
    variants = rule.get("variants", [])
    head, *rest = _words(tag)
    newest = str(rule.get("newest", ""))
    variant = "-".join(rest)
    if head in variants or "-".join((head, *rest)) in variants:
        head, variant = "", "-".join((head, *rest))
    elif head in rule.get("codenames", {}):
        head = str(rule["codenames"][head])
    if variant and variant not in variants:
        return
    any_release = rule.get("any_release") and _NUMBERS.match(head)
    if any_release or head in _NEWEST or head in rule.get("newest_tags", ()):
        head = newest
    fixed = str(rule.get("variant", ""))
    variant = variant or fixed
    while True:
        yield _join(base, head, variant)
        if "." not in head or not _NUMBERS.match(head):
            return
        head = head.rpartition(".")[0]


def _words(tag: str) -> list[str]:
    """The words of a tag without dates, build numbers and architectures."""
    first, *rest = tag.split("-")
    kept = [w for w in rest if not _NUMBERS.match(w) and w not in _ARCHITECTURES]
    return [first, *kept]


def _join(base: str, release: str, variant: str) -> str:
    tag = "-".join(part for part in (release, variant) if part)
    return f"{base}:{tag}" if tag else base
