"""What bases provide, as a table of many or a card of one."""

from __future__ import annotations

from collections.abc import Sequence

from linkcheck.model.provides import UNKNOWN, BaseImage, MaybeUnknown
from linkcheck.report.columns import columns
from linkcheck.report.screen import Screen
from linkcheck.report.text import human_size, paragraph, plain

_VARIANTS = (":nonroot", ":debug", ":debug-nonroot")
_ALL_COLUMNS = 110  # from that width on, all columns fit


def table(bases: Sequence[BaseImage], screen: Screen) -> str:
    """One line a base: `yes`, `-` for what it has not, `?` for what is not known.

    Variants of a base that differ in user and shell alone are left out, and named below.
    """
    shown = [base for base in bases if not base.name.endswith(_VARIANTS)]
    heads = ["base", "libc", "CA", "tz", "shell", "size"]
    rows = [
        [
            plain(base.name),
            _libc(base),
            _has(base.provides.ca_bundle),
            _has(base.provides.tzdata),
            _has(base.provides.shell),
            _size(base.provides.size),
        ]
        for base in shown
    ]
    if screen.width >= _ALL_COLUMNS:
        heads += ["users", "/tmp", "support ends"]
        for row, base in zip(rows, shown, strict=True):
            provides = base.provides
            row += [_has(provides.users), _has(provides.tmp), base.end_of_life or ""]
    lines = columns(heads, rows)
    if len(shown) < len(bases):
        lines += ["", f"Also known: the variants {', '.join(_VARIANTS)} of some of them."]
    return "\n".join(lines) + "\n"


def card(base: BaseImage, screen: Screen) -> str:
    """All that is known of one base, a line each."""
    provides = base.provides
    users, groups = provides.users, provides.groups
    platforms = provides.platforms
    rows = [
        ("libc", _libc(base)),
        ("CA bundle", _value(provides.ca_bundle)),
        ("time zones", _value(provides.tzdata)),
        ("users", "not known" if users is UNKNOWN else ", ".join(users) or "none"),
        ("groups", "not known" if groups is UNKNOWN else ", ".join(groups) or "none"),
        ("runs as", base.default_user or "root"),
        ("hosts", _value(provides.nsswitch_hosts)),
        ("passwd", _value(provides.nsswitch_passwd)),
        ("/tmp", _value(provides.tmp)),
        ("shell", _value(provides.shell)),
        ("CPU", _value(provides.cpu_floor, none="any of its platforms")),
        ("size", _size(provides.size)),
        ("platforms", "not known" if platforms is UNKNOWN else ", ".join(platforms) or "any"),
        ("support", f"ends {base.end_of_life}" if base.end_of_life else "no end known"),
    ]
    lines = paragraph(
        f"{base.name}: {base.title}" if base.title != base.name else base.name, screen
    )
    for key, value in rows:
        lines += paragraph(value, screen, first=f"  {key:<10}  ")
    return "\n".join(lines) + "\n"


def _libc(base: BaseImage) -> str:
    family, version = base.provides.libc, base.provides.libc_version
    if family is UNKNOWN:
        return "?"
    return f"{family} {version}" if isinstance(version, str) else family


def _has(value: object) -> str:
    return "?" if value is UNKNOWN else "yes" if value else "-"


def _value(value: str | MaybeUnknown | None, none: str = "none") -> str:
    return "not known" if value is UNKNOWN else value or none


def _size(size: int | MaybeUnknown | None) -> str:
    return human_size(size) if isinstance(size, int) else "?"
