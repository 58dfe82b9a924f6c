"""What a Go program wants while it runs, read from the functions that are linked into it.

Go's linker drops unreachable functions, so a linked name is code that can be reached; which
names are telling, and which come along with everything, was measured on real programs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from linkcheck.model.facts import BinaryFacts, GoFacts
from linkcheck.model.needs import Confidence, Need, NeedKind

CA_MARKERS = (
    "net/http.(*Client).do",
    "crypto/tls.dial",
    "crypto/tls.(*Conn).clientHandshake",
    "crypto/x509.SystemCertPool",
)
TZ_MARKER = "time.LoadLocation"
TZ_EMBEDDED = "time/tzdata."
TMP_MARKERS = ("os.CreateTemp", "os.MkdirTemp")
FORM_MARKER = "mime/multipart.(*Reader).readForm"
USER_MARKERS = (
    "os/user.Current",
    "os/user.Lookup",
    "os/user.LookupId",
    "os/user.LookupGroup",
    "os/user.LookupGroupId",
)
EXEC_MARKER = "os/exec.Command"
PLUGIN_MARKER = "plugin.Open"

# Modules whose import brings a CA bundle into the program itself (x509.SetFallbackRoots).
EMBEDDED_ROOTS = (
    "golang.org/x/crypto/x509roots/fallback",
    "github.com/breml/rootcerts",
)


def go_run_needs(facts: BinaryFacts) -> Iterator[Need]:
    """What Go's function names and build info show; nothing for programs not in Go."""
    go = facts.go
    if go is None:
        return
    if not go.functions_read:
        yield from _untold_needs()
    yield from _certificates(go)
    yield from _time_zones(go)
    yield from _users(go)
    yield from _temporary_files(go)
    yield from _name_service(facts, go)
    if EXEC_MARKER in go.markers:
        yield Need("program", "what os/exec starts", "run", "possible", _linked([EXEC_MARKER]))
    if PLUGIN_MARKER in go.markers:
        yield Need("plugin", "Go plugins", "run", "possible", _linked([PLUGIN_MARKER]))


def build_tags(go: GoFacts) -> frozenset[str]:
    """The build tags of `go version -m` (`-tags=netgo,osusergo`)."""
    return frozenset((go.setting("-tags") or "").replace(" ", ",").split(",")) - {""}


def _linked(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"go tool nm: {name}" for name in names)


def _untold_needs() -> Iterator[Need]:
    evidence = (
        "the function names can't be read (obfuscated or not gc-built), so this is not ruled out",
    )
    kinds: tuple[tuple[NeedKind, str], ...] = (
        ("ca-certificates", "CA bundle"),
        ("tzdata", "zoneinfo"),
        ("users", "/etc/passwd"),
        ("tmp", "/tmp"),
    )
    for kind, value in kinds:
        yield Need(kind, value, "run", "possible", evidence)


def _certificates(go: GoFacts) -> Iterator[Need]:
    # x509.loadSystemRoots and Certificate.Verify say nothing: a plain HTTP server has them too
    found = [name for name in CA_MARKERS if name in go.markers]
    if not found:
        return
    embedded = [m.path for m in go.deps if m.path in EMBEDDED_ROOTS]
    evidence = _linked(found) + tuple(f"go version -m: {path} embeds roots" for path in embedded)
    yield Need(
        "ca-certificates", "CA bundle", "run", "possible" if embedded else "likely", evidence
    )


def _time_zones(go: GoFacts) -> Iterator[Need]:
    embedded = any(name.startswith(TZ_EMBEDDED) for name in go.markers)
    if TZ_MARKER in go.markers and not embedded and "timetzdata" not in build_tags(go):
        yield Need("tzdata", "zoneinfo", "run", "likely", _linked([TZ_MARKER]))


def _users(go: GoFacts) -> Iterator[Need]:
    found = [name for name in USER_MARKERS if name in go.markers]
    if not found:
        return
    # archive/tar links LookupId and LookupGroupId (LookupId in turn Current) and shrugs at errors
    asked_by_name = {"os/user.Lookup", "os/user.LookupGroup"} & set(found)
    only_current = found == ["os/user.Current"]
    confidence: Confidence = "likely" if asked_by_name or only_current else "possible"
    yield Need("users", "/etc/passwd", "run", confidence, _linked(found))


def _temporary_files(go: GoFacts) -> Iterator[Need]:
    found = [name for name in TMP_MARKERS if name in go.markers]
    if not found:
        return
    # readForm links CreateTemp by itself, and writes only uploads beyond its memory limit
    only_forms = FORM_MARKER in go.markers and found == ["os.CreateTemp"]
    if only_forms:
        found.append(FORM_MARKER)
    yield Need("tmp", "/tmp", "run", "possible" if only_forms else "likely", _linked(found))


def _name_service(facts: BinaryFacts, go: GoFacts) -> Iterator[Need]:
    """glibc's getaddrinfo and getpwnam read NSS modules; musl has none (src/network, src/passwd).

    Go turns to getaddrinfo only where its own resolver can't do what the configuration asks
    (net/conf.go), unless the tag netcgo says so: possible, but then likely.
    """
    if facts.libc.family != "glibc":
        return
    callers = [p for p in go.cgo_packages if p.package in ("net", "os/user")]
    if go.resolver != "cgo" and not callers:
        return
    evidence = tuple(
        f"go tool nm: {p.package}._Cfunc_{f}" for p in callers for f in p.functions[:2]
    )
    forced = "netcgo" in build_tags(go)
    if forced:
        evidence += ("go version -m: -tags has netcgo",)
    static = facts.elf is not None and facts.elf.linkage in ("static", "static-pie")
    value = "NSS modules of the linked-in glibc" if static else "NSS modules"
    confidence: Confidence = "likely" if forced and go.resolver == "cgo" else "possible"
    yield Need("nss", value, "run", confidence, evidence or ("the cgo resolver is linked",))
