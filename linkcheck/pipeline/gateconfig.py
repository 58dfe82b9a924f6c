"""`[[target]]` and `[[ignore]]` of `.linkcheck.toml` -> targets and ignores."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

from linkcheck.errors import UsageError
from linkcheck.gate.ignores import checked
from linkcheck.gate.policy import UNKNOWN_RULE
from linkcheck.model.gate import LEVELS, Ignore, Policy
from linkcheck.model.report import Failure
from linkcheck.model.stageimage import Line
from linkcheck.pipeline.gate import GateTarget

REQUIREMENTS: Final = ("static", "pure-go", "non-root")
_UNITS: Final = {"": 1, "B": 1, "KB": 1000, "MB": 1000**2, "GB": 1000**3}
_PLACE_KEYS: Final = (
    "name", "program", "dockerfile", "base", "target", "build-arg", "context", "platform"
)  # fmt: skip
_NO_BASE: Final[Sequence[str | None]] = (None,)
_POLICY_KEYS: Final = (
    "fail-on", "require", "max-glibc", "allow-cgo", "max-size", "allow-base", "severity"
)  # fmt: skip


def policy_from(values: Mapping[str, Any], where: str, default: Policy | None = None) -> Policy:
    """The policy that `values` (keys as the flags) make, on top of `default`.

    Raises UsageError that starts with `where` for a value that means nothing.
    """
    policy = default or Policy()
    level = values.get("fail-on", policy.fail_on)
    if level not in LEVELS:
        raise UsageError(
            f"{where}: {level!r} is no level", next_step=f"use one of {', '.join(LEVELS)}"
        )
    require = strings(values, "require", where)
    for one in require or ():
        if one not in REQUIREMENTS:
            raise UsageError(
                f"{where}: {one!r} can't be required",
                next_step=f"use one of {', '.join(REQUIREMENTS)}",
            )
    glibc = values.get("max-glibc", policy.max_glibc)
    if glibc is not None and not _is_release(str(glibc)):
        raise UsageError(f"{where}: {glibc!r} is no glibc release", next_step="write 2.31")
    size = values.get("max-size")
    allow, bases = strings(values, "allow-cgo", where), strings(values, "allow-base", where)
    severity = dict(policy.severity)
    severity.update(_severity(strings(values, "severity", where) or (), where))
    return Policy(
        level,
        frozenset(require) if require is not None else policy.require,
        str(glibc) if glibc is not None else None,
        tuple(allow) if allow is not None else policy.allow_cgo,
        _size(str(size), where) if size is not None else policy.max_size,
        tuple(bases) if bases is not None else policy.bases,
        severity,
    )


def _is_release(text: str) -> bool:
    major, dot, minor = text.partition(".")
    return bool(dot) and major.isdigit() and minor.isdigit()


def _severity(values: Sequence[str], where: str) -> Iterator[tuple[str, str]]:
    for value in values:
        rule, _, level = value.partition("=")
        if level not in (*LEVELS, "off"):
            raise UsageError(
                f"{where}: {value!r} is no severity", next_step="write LC301=error (or note, off)"
            )
        if rule.upper() == UNKNOWN_RULE:
            raise UsageError(
                f"{where}: what is unknown never passes, so {UNKNOWN_RULE} keeps its level",
                next_step="ignore it with a reason where it is accepted",
            )
        yield rule.upper(), level


def _size(text: str, where: str) -> int:
    number = text.rstrip("kKmMgGbB ")
    unit = text[len(number) :].strip().upper()
    unit = unit if unit in _UNITS else f"{unit}B"
    try:
        return int(float(number) * _UNITS[unit])
    except (ValueError, KeyError, OverflowError):
        raise UsageError(f"{where}: {text!r} is no size", next_step="write 20MB") from None


def strings(values: Mapping[str, Any], key: str, where: str) -> list[str] | None:
    """A list of strings, one string as a list of one, or None where it is not given."""
    value = values.get(key)
    if value is None:
        return None
    listed = value if isinstance(value, list | tuple) else [value]
    if not all(isinstance(one, str) for one in listed):
        raise UsageError(f"{where}: {key} is no list of strings", next_step='write ["..."]')
    return list(listed)


def build_arguments(pairs: Sequence[str], where: str, environ: Mapping[str, str]) -> dict[str, str]:
    """`K=V` or `K` (its value from the environment), as `docker build --build-arg` takes them."""
    found = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not name:
            raise UsageError(
                f"{where}: {pair!r} is no build argument", next_step="write NAME=value"
            )
        if equals:
            found[name] = value
        elif name in environ:
            found[name] = environ[name]
    return found


def targets_from(
    document: Mapping[str, Any],
    path: Path,
    policy: Policy,
    expand: Callable[[Sequence[str]], Iterator[str | Failure]],
) -> tuple[list[GateTarget], list[Failure]]:
    """The targets of `[[target]]`; paths in it start at the folder of the file.

    `expand` turns patterns into program files. Raises UsageError that names the entry.
    """
    targets: list[GateTarget] = []
    failures: list[Failure] = []
    for number, entry in enumerate(_tables(document, "target", path), 1):
        where = f"{path}: [[target]] {entry.get('name', number)}"
        _only(entry, (*_PLACE_KEYS, *_POLICY_KEYS), where)
        for key in ("name", "dockerfile", "target", "context", "platform"):
            if not isinstance(entry.get(key, ""), str):
                raise UsageError(f"{where}: {key} is no string", next_step='write "..."')
        own = policy_from(entry, where, policy)
        made = _targets(entry, where, path.parent, own, expand)
        targets += [one for one in made if isinstance(one, GateTarget)]
        failures += [one for one in made if isinstance(one, Failure)]
    return targets, failures


def _targets(
    entry: Mapping[str, Any],
    where: str,
    folder: Path,
    policy: Policy,
    expand: Callable[[Sequence[str]], Iterator[str | Failure]],
) -> list[GateTarget | Failure]:
    patterns = strings(entry, "program", where) or []
    bases = strings(entry, "base", where) or []
    dockerfile = entry.get("dockerfile")
    if not dockerfile and not (patterns and bases):
        raise UsageError(
            f"{where}: there is nothing to judge",
            next_step="give a dockerfile, or program and base",
        )
    programs: list[str | None] = []
    made: list[GateTarget | Failure] = []
    for pattern in patterns:
        for found in expand([_beside(folder, pattern)]):
            if isinstance(found, Failure):
                made.append(found)
            else:
                programs.append(found)
    shared = GateTarget(
        "",
        None,
        _beside(folder, dockerfile) if dockerfile else None,
        None,
        entry.get("target"),
        build_arguments(strings(entry, "build-arg", where) or [], where, os.environ),
        _beside(folder, entry["context"]) if entry.get("context") else None,
        entry.get("platform"),
        policy,
    )
    for program in programs or ([None] if not patterns else []):
        for base in bases or _NO_BASE:
            parts = [entry.get("name"), program if len(programs) != 1 else None]
            name = " ".join(str(part) for part in parts if part)
            if name and base and len(bases) > 1:
                name = f"{name} on {base}"
            named = shared._replace(program=program, base=base)
            made.append(named._replace(name=name or target_name(named)))
    return made


def target_name(target: GateTarget) -> str:
    """What a target without a name is called: its program, Dockerfile and stage, and base."""
    name = " in ".join(part for part in (target.program, target.dockerfile) if part)
    stage = f" ({target.stage})" if target.stage else ""
    return f"{name}{stage} on {target.base}" if target.base else f"{name}{stage}"


def ignores_from(document: Mapping[str, Any], path: Path, today: date) -> list[Ignore]:
    """The entries of `[[ignore]]`: rule, reason, until and path (a glob)."""
    found = []
    for number, entry in enumerate(_tables(document, "ignore", path), 1):
        where = f"{path}: [[ignore]] {number}"
        _only(entry, ("rule", "reason", "until", "path"), where)
        rules = tuple(rule.upper() for rule in strings(entry, "rule", where) or ())
        at = Line(_shown(path), 0, 0)
        found.append(
            checked(
                Ignore(
                    rules,
                    str(entry.get("reason", "")),
                    str(entry.get("until", "")),
                    at,
                    pattern=str(entry.get("path", "")),
                ),
                today,
            )
        )
    return found


def _tables(document: Mapping[str, Any], key: str, path: Path) -> list[Mapping[str, Any]]:
    tables = document.get(key, [])
    if not isinstance(tables, list) or not all(isinstance(one, Mapping) for one in tables):
        raise UsageError(f"{path}: {key} is no list of tables", next_step=f"write [[{key}]]")
    return tables


def _only(entry: Mapping[str, Any], known: Sequence[str], where: str) -> None:
    for key in entry:
        if key not in known:
            raise UsageError(
                f"{where} has no key {key!r}", next_step=f"use one of {', '.join(known)}"
            )


def _beside(folder: Path, name: str) -> str:
    return _shown(folder / name)


def _shown(path: Path) -> str:
    """Relative to the working folder, as tools of a CI system want it, where that is shorter."""
    full = os.path.abspath(path)  # noqa: PTH100 -- links in the name are the user's own
    try:
        relative = os.path.relpath(full)
    except (OSError, ValueError):
        return full
    return full if relative.startswith("..") and len(relative) > len(full) else relative
