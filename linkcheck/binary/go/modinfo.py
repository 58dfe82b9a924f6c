"""The module text of the build info (`ParseBuildInfo` in Go's runtime/debug/mod.go)."""

from __future__ import annotations

from dataclasses import dataclass, field

from linkcheck.binary.go.quoting import quoted_prefix, unquote
from linkcheck.model.facts import Module


@dataclass(slots=True)
class ModuleInfo:
    """What the lines say, in file order; a line that Go itself would refuse becomes a gap."""

    path: str | None = None
    main: Module | None = None
    deps: list[Module] = field(default_factory=list)
    settings: list[tuple[str, str]] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)


def parse_modules(text: str) -> ModuleInfo:
    """Parse what stands between the sentinels. Never raises: see `ModuleInfo.gaps`."""
    info = ModuleInfo()
    replaceable: str | None = None
    # split, not splitlines: a value may hold \x0b, \x0c or U+2028
    for number, line in enumerate(text.split("\n")[:-1], 1):
        word, _, rest = line.partition("\t")
        try:
            if word == "path":
                info.path = rest
            elif word == "mod":
                info.main, replaceable = _module(rest), "mod"
            elif word == "dep":
                info.deps.append(_module(rest))
                replaceable = "dep"
            elif word == "=>":
                _replace(info, replaceable, _module(rest, columns=(3,)))
                replaceable = None
            elif word == "build":
                info.settings.append(_setting(rest))
        except ValueError as error:
            info.gaps.append(f"Go build info: line {number}: {error}")
    return info


def _module(rest: str, columns: tuple[int, ...] = (2, 3)) -> Module:
    parts = rest.split("\t")
    if len(parts) not in columns:
        raise ValueError(f"a module line of {len(parts)} columns")
    return Module(parts[0], parts[1], parts[2] if len(parts) == 3 else "")


def _replace(info: ModuleInfo, replaceable: str | None, other: Module) -> None:
    if replaceable == "mod" and info.main is not None:
        info.main = info.main._replace(replaced_by=other)
    elif replaceable == "dep":
        info.deps[-1] = info.deps[-1]._replace(replaced_by=other)
    else:
        raise ValueError("a replacement with no module before it")


def _setting(text: str) -> tuple[str, str]:
    if text[:1] in ('"', "`"):
        raw_key = quoted_prefix(text)
        key, rest = unquote(raw_key), text[len(raw_key) :]
        if not rest.startswith("="):
            raise ValueError("a build setting without '=' after its quoted key")
        value = rest[1:]
    else:
        key, equals, value = text.partition("=")
        if not equals or not key:
            raise ValueError("a build setting without key or '='")
    return key, unquote(value) if value[:1] in ('"', "`") else value
