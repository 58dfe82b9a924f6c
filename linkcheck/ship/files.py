"""Settings and data of a bundle: users, name service, certificates, time zones, /tmp."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from linkcheck.images.observe import CA_FILES, ZONE_FOLDERS
from linkcheck.model.bundle import LeftOut
from linkcheck.model.facts import BinaryFacts
from linkcheck.model.needs import Need, NeedKind
from linkcheck.ship.accounts import Accounts
from linkcheck.ship.opened import NO_NSSWITCH, NSSWITCH, asks_libc_for_names, uses_iconv
from linkcheck.ship.shipment import Shipment
from linkcheck.ship.taking import Taker

# copies of the whole tree for machines that count leap seconds, and for none; a machine's own zone
_OTHER_ZONES: Final = frozenset({"right", "posix", "localtime"})
_GCONV: Final = ("/usr/lib/{triplet}/gconv", "/usr/lib64/gconv", "/usr/lib/gconv")
_MUSL_PATH: Final = "/etc/ld-musl-{arch}.path"
_WORDS: Final[dict[NeedKind, str]] = {
    "shell": "/bin/sh",
    "program": "the programs that it starts",
    "plugin": "the plugins that it opens",
}


def take_settings(
    taker: Taker,
    shipment: Shipment,
    facts: BinaryFacts,
    needs: Sequence[Need],
    accounts: Accounts,
) -> Iterator[LeftOut]:
    """Users always, as a few bytes spare a riddle; the rest by need. Yields what is left out."""
    shipment.add_file("/etc/passwd", 0o644, (accounts.passwd,), "users: root, nobody, and its own")
    shipment.add_file("/etc/group", 0o644, (accounts.group,), "their groups")
    if asks_libc_for_names(facts, needs):
        if taker.has(NSSWITCH):
            taker.take(NSSWITCH, "where glibc looks up names and users")
        else:
            shipment.add_file(
                NSSWITCH, 0o644, (NO_NSSWITCH,), "where glibc looks up names and users"
            )
        if taker.has("/etc/host.conf"):
            taker.take("/etc/host.conf", "how glibc looks up hosts")
        yield LeftOut("/etc/hosts, /etc/resolv.conf", "the container runtime makes them")
    elif taker.has(NSSWITCH):
        yield LeftOut(
            NSSWITCH, "the program does not ask glibc for names; Go takes files, then dns"
        )
    if any(need.kind == "tmp" for need in needs):
        shipment.add_folder("/tmp", 0o1777, "temporary files")
    if facts.elf is not None and facts.libc.family == "musl":
        path = _MUSL_PATH.format(arch=facts.elf.machine_name)
        if taker.has(path):
            taker.take(path, "where musl looks for libraries")
    yield from _gconv(taker, facts)
    for kind, words in _WORDS.items():
        if any(need.kind == kind for need in needs):
            yield LeftOut(words, "which ones the file does not say; add them with --also")


def take_data(takers: Sequence[Taker], needs: Sequence[Need]) -> Iterator[LeftOut]:
    """CA bundle and time zones, of the first source that has them. Yields what is left out."""
    yield from _take_first(takers, needs, "ca-certificates", "CA bundle", CA_FILES)
    yield from _take_first(takers, needs, "tzdata", "time zones", ZONE_FOLDERS)


def _take_first(
    takers: Sequence[Taker],
    needs: Sequence[Need],
    kind: NeedKind,
    words: str,
    places: Sequence[str],
) -> Iterator[LeftOut]:
    wanted = [need for need in needs if need.kind == kind]
    if not wanted:
        return
    found = next(((t, place) for t in takers for place in places if t.has(place)), None)
    if all(need.confidence == "possible" for need in wanted):
        place = found[1] if found else places[0]
        yield LeftOut(words, f"perhaps used, perhaps not; add them with --also {place}")
    elif found is None:
        yield LeftOut(
            words, "the program wants them, and no --from has them; name one more that does"
        )
    elif kind == "tzdata":
        passed = found[0].take_tree(found[1], words, _OTHER_ZONES)
        yield from (LeftOut(path, "no file that can be taken") for path in passed)
    else:
        found[0].take(found[1], words)


def _gconv(taker: Taker, facts: BinaryFacts) -> Iterator[LeftOut]:
    if facts.libc.family != "glibc" or not uses_iconv(facts):
        return
    machine = facts.elf.machine_name if facts.elf is not None else ""
    places = [place.format(triplet=f"{machine}-linux-gnu") for place in _GCONV]
    found = next((place for place in places if taker.has(place)), None)
    if found is None:
        yield LeftOut("gconv modules", "iconv_open is used, and the root has none")
    else:
        passed = taker.take_tree(found, "iconv converts character sets with them")
        yield from (LeftOut(path, "no file that can be taken") for path in passed)
