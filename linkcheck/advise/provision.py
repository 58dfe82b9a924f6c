"""Whether a base has what a running program wants."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from linkcheck.advise.cneeds import alternatives
from linkcheck.model.facts import BinaryFacts
from linkcheck.model.needs import Need
from linkcheck.model.provides import UNKNOWN, BaseImage, MaybeUnknown, Provides
from linkcheck.model.verdicts import LoadResult
from linkcheck.rules.remedies import is_static

HasLibrary: TypeAlias = Callable[[str], bool | MaybeUnknown]


class RunNeeds(NamedTuple):
    """Run-time needs, sorted by what is known of a base."""

    met: tuple[Need, ...]
    absent: tuple[Need, ...]  # certain or likely, known to be missing
    untold: tuple[Need, ...]  # certain or likely, not known
    maybe: tuple[Need, ...]  # only possible, known to be missing


def sort_run_needs(
    facts: BinaryFacts,
    needs: tuple[Need, ...],
    base: BaseImage,
    load: LoadResult,
    has_library: HasLibrary | None,
) -> RunNeeds:
    """The run-time part of `needs`, set against `base`; those no base can answer are left out."""
    answers = [
        (need, provision(need, facts, base, load, has_library))
        for need in needs
        if need.when == "run"
    ]
    weighty = [(need, answer) for need, answer in answers if need.confidence != "possible"]
    return RunNeeds(
        met=tuple(need for need, answer in answers if answer is True),
        absent=tuple(need for need, answer in weighty if answer is False),
        untold=tuple(need for need, answer in weighty if answer is UNKNOWN),
        maybe=tuple(
            need for need, answer in answers if answer is False and need.confidence == "possible"
        ),
    )


def provision(
    need: Need,
    facts: BinaryFacts,
    base: BaseImage,
    load: LoadResult,
    has_library: HasLibrary | None,
) -> bool | MaybeUnknown | None:
    """Whether `base` satisfies the run-time `need`; None where that is not for a base to say.

    `has_library` tells whether the loader would find a soname that the program opens by itself.
    """
    provides = base.provides
    match need.kind:
        case "ca-certificates":
            return _present(provides.ca_bundle)
        case "tzdata":
            return _present(provides.tzdata)
        case "users":
            return _user_database(facts, provides)
        case "tmp":
            return _present(provides.tmp)
        case "shell":
            return UNKNOWN if provides.shell is UNKNOWN else provides.shell == "/bin/sh"
        case "nss":
            return _name_service(facts, provides)
        case "library":
            return _opened_library(need, provides, load, has_library)
        case _:
            return None


def _present(value: str | MaybeUnknown | None) -> bool | MaybeUnknown:
    return UNKNOWN if value is UNKNOWN else value is not None


def _user_database(facts: BinaryFacts, provides: Provides) -> bool | MaybeUnknown:
    """Whether /etc/passwd is there, and can be read by what the program looks it up with.

    A static glibc program has the source "files" built in and opens a module for any other
    (nss/nss_module.c): distroless says "compat", and static-debian has no modules.
    """
    if provides.users is UNKNOWN or not provides.users:
        return UNKNOWN if provides.users is UNKNOWN else False
    through_libc = facts.go is not None and any(
        package.package == "os/user" for package in facts.go.cgo_packages
    )
    if facts.libc.family != "glibc" or not is_static(facts) or not through_libc:
        return True
    sources = provides.nsswitch_passwd
    if sources is None or (sources is not UNKNOWN and "files" in sources.split()):
        return True
    if provides.libc is UNKNOWN or sources is UNKNOWN:
        return UNKNOWN
    return provides.libc == "glibc"


def _name_service(facts: BinaryFacts, provides: Provides) -> bool | MaybeUnknown:
    """The modules come with glibc; a static program opens only those of its very release."""
    if provides.libc is UNKNOWN:
        return UNKNOWN
    if provides.libc != "glibc":
        return False
    if not is_static(facts) or facts.libc.minimum == provides.libc_version:
        return True
    return UNKNOWN


def _opened_library(
    need: Need, provides: Provides, load: LoadResult, has_library: HasLibrary | None
) -> bool | MaybeUnknown:
    sonames = alternatives(need)
    if {path.rsplit("/", 1)[-1] for path in load.loaded} & set(sonames):
        return True
    if has_library is None:
        return False if provides.libc == "none" else UNKNOWN
    answers = [has_library(soname) for soname in sonames]
    if True in answers:
        return True
    return UNKNOWN if UNKNOWN in answers else False
