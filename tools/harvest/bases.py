"""bases.toml -> bases.json: inheritance resolved, every table checked.

linkcheck reads the JSON, because parsing the TOML would cost more than the rest of a short run.
"""

from __future__ import annotations

import datetime
import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from linkcheck.images.catalog.layout import layout
from linkcheck.images.catalog.platforms import PLATFORMS

UNKNOWN = "unknown"
_TEXT = frozenset(
    (
        *("title", "release", "libc", "libc_version", "layout", "family", "inventory"),
        *(
            "runtime_facts",
            "ca_bundle",
            "tzdata",
            "nsswitch_hosts",
            "nsswitch_passwd",
            "tmp",
            "shell",
        ),
        *("default_user", "cpu_floor", "end_of_life", "path"),
    )
)
_LISTS = frozenset(
    [
        "users",
        "groups",
        "runtimes",
        "glibc_libraries",
        "backported_nodes",
        "untold",
        "lacks",
        "platforms",
    ]
)
_FLAGS = ("complete", "ld_cache", "recommendable", "default")
_MAY_BE_FALSE = ("ca_bundle", "tzdata", "nsswitch_hosts", "nsswitch_passwd", "tmp", "shell")
_RULE_KEYS = frozenset(
    ["name", "newest", "newest_tags", "any_release", "variant", "variants", "codenames", "aliases"]
)
_LIBCS = ("glibc", "musl", "uclibc", "none")


class BasesError(Exception):
    """bases.toml says something that can't be: the message names the table and the key."""


def compiled(source: str) -> str:
    """The text of bases.json for that of bases.toml. Raises BasesError."""
    data = tomllib.loads(source)
    tables = {**data.get("template", {}), **data["base"]}
    bases = {name: _checked(name, _resolved(name, tables, ())) for name in data["base"]}
    repositories = data["repository"]
    for name, rule in repositories.items():
        unknown = set(rule) - _RULE_KEYS
        if unknown:
            raise BasesError(f"repository {name}: no such key {', '.join(sorted(unknown))}")
    return json.dumps({"bases": bases, "repositories": repositories}, indent=1) + "\n"


def compile_file(data: Path) -> None:
    """Write bases.json beside bases.toml in a data folder."""
    text = compiled((data / "bases.toml").read_text(encoding="utf-8"))
    (data / "bases.json").write_text(text, encoding="utf-8")


def _resolved(
    name: str, tables: Mapping[str, Mapping[str, Any]], trail: tuple[str, ...]
) -> dict[str, Any]:
    if name not in tables or name in trail:
        raise BasesError(f"{' -> '.join((*trail, name))}: no such table, or a circle")
    table = tables[name]
    parent = table.get("like")
    inherited = _resolved(parent, tables, (*trail, name)) if parent else {}
    merged = {**inherited, **{k: v for k, v in table.items() if k != "like"}}
    merged["source"] = {**inherited.get("source", {}), **table.get("source", {})}
    return {key: value for key, value in merged.items() if value != UNKNOWN}


def _checked(name: str, record: dict[str, Any]) -> dict[str, Any]:
    known = {*_TEXT, *_LISTS, *_FLAGS, "size", "source"}
    if set(record) - known:
        raise BasesError(f"{name}: no such key {', '.join(sorted(set(record) - known))}")
    for key in ("title", "libc", "layout", "platforms"):
        if key not in record:
            raise BasesError(f"{name}: {key} is missing")
    for key, value in record.items():
        if not _fits(key, value):
            raise BasesError(f"{name}: {key} can't be {value!r}")
    if record["libc"] not in _LIBCS:
        raise BasesError(f"{name}: libc can't be {record['libc']!r}")
    if record["libc"] == "glibc" and "libc_version" not in record:
        raise BasesError(f"{name}: libc_version is missing")
    if record["libc"] == "musl" and record["layout"] != "none" and "release" not in record:
        raise BasesError(f"{name}: release is missing")
    missing = set(record["platforms"]) - set(PLATFORMS)
    if missing:
        raise BasesError(f"{name}: no platform {', '.join(sorted(missing))}")
    layout(record["layout"], PLATFORMS["linux/amd64"])
    if "end_of_life" in record:
        datetime.date.fromisoformat(record["end_of_life"])
    return dict(sorted(record.items()))


def _fits(key: str, value: object) -> bool:
    if key in _TEXT:
        return isinstance(value, str) or (value is False and key in _MAY_BE_FALSE)
    if key in _LISTS:
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    if key in _FLAGS:
        return isinstance(value, bool)
    if key == "size":
        return isinstance(value, int) and value >= 0
    return isinstance(value, dict)
