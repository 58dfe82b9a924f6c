"""What a real root provides at run time: certificates, time zones, users, /tmp, a shell."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import Final

from linkcheck.images.accounts import groups_of, users_of
from linkcheck.images.root import Entry, NoEntry, Root
from linkcheck.images.root_view import RootView
from linkcheck.model.library import SharedObject
from linkcheck.model.provides import UNKNOWN, BaseLibc, MaybeUnknown, Provides

# in the order of Go's crypto/x509/root_linux.go
CA_FILES: Final = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/pki/tls/cacert.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/cert.pem",
)
CA_FOLDERS: Final = ("/etc/ssl/certs", "/etc/pki/tls/certs")
# platformZoneSources of Go's time package
ZONE_FOLDERS: Final = (
    "/usr/share/zoneinfo",
    "/usr/share/lib/zoneinfo",
    "/usr/lib/locale/TZ",
    "/etc/zoneinfo",
)
_SOME_ZONES: Final = ("Europe/Berlin", "America/New_York", "Asia/Tokyo")
# bits of GNU_PROPERTY_X86_ISA_1_* (x86-64 psABI): baseline, v2, v3, v4
_ISA_LEVELS: Final = ((8, "x86-64-v4"), (4, "x86-64-v3"), (2, "x86-64-v2"))


def observe(root: Root, view: RootView, environment: Mapping[str, str] = {}) -> Provides:
    """Look at a root; what may not be read is UNKNOWN, what is not there is None.

    `environment` is what programs are started under: SSL_CERT_FILE and SSL_CERT_DIR replace Go's
    own places (crypto/x509/root_unix.go), ZONEINFO and TMPDIR come first (time/zoneinfo.go,
    os/file_unix.go).
    """
    libc, version, floor = _libc(view)
    platform = view.platform
    return Provides(
        libc=libc,
        libc_version=version,
        ca_bundle=_ca_bundle(root, environment),
        tzdata=_tzdata(root, environment),
        users=users_of(root),
        groups=groups_of(root),
        nsswitch_hosts=_nsswitch(root, "hosts"),
        nsswitch_passwd=_nsswitch(root, "passwd"),
        tmp=_tmp(root, environment),
        shell=_shell(root),
        cpu_floor=floor,
        platforms=UNKNOWN if platform is None else (platform,),
        size=UNKNOWN,
    )


def _libc(view: RootView) -> tuple[BaseLibc, str | MaybeUnknown | None, str | None]:
    found = view.interpreters()
    musl = next((p for p in found if "/ld-musl-" in p), None)
    if musl is not None:
        return "musl", UNKNOWN, None
    for path in found:
        opened = view.open(path)
        if "uClibc" in path:
            return "uclibc", UNKNOWN, None
        if isinstance(opened, SharedObject):
            release = view.glibc_release(opened)
            version = UNKNOWN if release is UNKNOWN else f"{release[0]}.{release[1]}"
            return "glibc", version, _cpu_floor(opened)
    return "none", None, None


def _cpu_floor(interpreter: SharedObject) -> str | None:
    needed = interpreter.isa_needed or 0
    return next((name for bit, name in _ISA_LEVELS if needed & bit), None)


def _ca_bundle(root: Root, environment: Mapping[str, str]) -> str | MaybeUnknown | None:
    file, folders = environment.get("SSL_CERT_FILE"), environment.get("SSL_CERT_DIR")
    for path in (file,) if file else CA_FILES:
        entry = root.entry(path)
        if isinstance(entry, NoEntry) and entry.hidden:
            return UNKNOWN
        if isinstance(entry, Entry) and entry.kind == "file" and entry.size > 0:
            return path
    for folder in folders.split(":") if folders else CA_FOLDERS:
        for name in root.names(folder):
            entry = root.entry(f"{folder}/{name}")
            if isinstance(entry, Entry) and entry.kind == "file" and entry.size > 0:
                return folder
    return None


def _tzdata(root: Root, environment: Mapping[str, str]) -> str | None:
    named = environment.get("ZONEINFO")
    if named and isinstance(archive := root.entry(named), Entry) and archive.kind == "file":
        return named  # a zip, as Go's own lib/time/zoneinfo.zip
    for folder in (named, *ZONE_FOLDERS) if named else ZONE_FOLDERS:
        if any(isinstance(root.entry(f"{folder}/{zone}"), Entry) for zone in _SOME_ZONES):
            return folder
    return None


def _nsswitch(root: Root, wanted: str) -> str | MaybeUnknown | None:
    raw = root.read("/etc/nsswitch.conf")
    if isinstance(raw, NoEntry):
        return UNKNOWN if raw.hidden else None
    for line in raw.decode("utf-8", "backslashreplace").splitlines():
        database, colon, sources = line.partition("#")[0].partition(":")
        if colon and database.strip() == wanted:
            return " ".join(sources.split())
    return None


def _tmp(root: Root, environment: Mapping[str, str]) -> str | MaybeUnknown | None:
    folder = posixpath.join("/", environment.get("TMPDIR") or "/tmp")
    entry = root.entry(folder)
    if isinstance(entry, NoEntry):
        return UNKNOWN if entry.hidden else None
    return folder if entry.kind == "directory" and entry.mode & 0o222 else None


def _shell(root: Root) -> str | MaybeUnknown | None:
    entry = root.entry("/bin/sh")
    if isinstance(entry, NoEntry):
        return UNKNOWN if entry.hidden else None
    return "/bin/sh" if entry.kind == "file" and entry.mode & 0o111 else None
