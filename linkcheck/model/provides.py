"""What a base image has, as far as it is known."""

from __future__ import annotations

from enum import Enum
from typing import Final, Literal, NamedTuple, TypeAlias


class Unknown(Enum):
    """The third answer beside "has it" and "has it not"."""

    UNKNOWN = "unknown"

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown.UNKNOWN
MaybeUnknown: TypeAlias = Literal[Unknown.UNKNOWN]

BaseLibc = Literal["glibc", "musl", "uclibc", "none"]


class Provides(NamedTuple):
    """Run-time things of a base; each field is a value, None for "has none", or UNKNOWN.

    Libraries and their versions are not here: the loader model looks at them through a
    `LibraryView` (linkcheck.images.view), for real roots and catalog bases alike.
    """

    libc: BaseLibc | MaybeUnknown = UNKNOWN
    libc_version: str | MaybeUnknown | None = UNKNOWN
    ca_bundle: str | MaybeUnknown | None = UNKNOWN  # path that Go's crypto/x509 finds
    tzdata: str | MaybeUnknown | None = UNKNOWN  # path of a zoneinfo folder or zip
    users: tuple[str, ...] | MaybeUnknown = UNKNOWN  # names in /etc/passwd; () where no such file
    groups: tuple[str, ...] | MaybeUnknown = UNKNOWN  # names in /etc/group, likewise
    nsswitch_hosts: str | MaybeUnknown | None = UNKNOWN  # right side of "hosts:"
    nsswitch_passwd: str | MaybeUnknown | None = UNKNOWN  # right side of "passwd:"
    tmp: str | MaybeUnknown | None = UNKNOWN  # "/tmp" where it exists and is writable
    shell: str | MaybeUnknown | None = UNKNOWN  # path of /bin/sh
    cpu_floor: str | MaybeUnknown | None = None  # "x86-64-v2": the base itself needs that much
    platforms: tuple[str, ...] | MaybeUnknown = UNKNOWN  # platforms it is published for
    size: int | MaybeUnknown | None = UNKNOWN  # unpacked bytes


class BaseImage(NamedTuple):
    """A base under the REF that the user gave; `name` is its canonical catalog name or the REF.

    `environment` is what its configuration sets for every start, as far as it is known.
    """

    ref: str
    name: str
    title: str
    provides: Provides
    source: Literal["catalog", "root"]
    end_of_life: str | None = None  # ISO date where public
    default_user: str | None = None  # of the image configuration; None: root
    environment: tuple[tuple[str, str], ...] = ()
