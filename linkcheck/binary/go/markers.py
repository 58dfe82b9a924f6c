"""Functions whose presence shows what a Go program wants at run time.

Go links only what is reachable, so a name in the function table is code that can run. A good
marker is linked when, and only when, the program can really use the thing; the traps beside
each group are names that come along with something else. All were checked against real builds
(tests/binary/go/test_markers.py).
"""

from __future__ import annotations

from typing import NamedTuple

from linkcheck.binary.go.resolver import CGO_NAMES, LOOKUP_NAMES
from linkcheck.model.needs import Confidence, NeedKind


class Marker(NamedTuple):
    """One function name, and the need that it shows.

    `moot_with`: where one of these is linked too, the need falls away. `possible_with`: where
    one of these is linked too, it explains the name, and the need is only possible.
    """

    name: str
    kind: NeedKind
    confidence: Confidence
    means: str
    moot_with: frozenset[str] = frozenset()
    possible_with: frozenset[str] = frozenset()


# crypto/x509/root.go: roots compiled in are used where the system has none. Whoever embeds
# them (golang.org/x/crypto/x509roots/fallback, breml/rootcerts) calls this; nobody else does.
CA_EMBEDDED = frozenset({"crypto/x509.SetFallbackRoots"})

# time/tzdata, and -tags timetzdata, register this through its init.
TZDATA_EMBEDDED = frozenset({"time/tzdata.loadFromEmbeddedTZData"})

# From Go 1.24 on every HTTP server makes a dummy tls.Client for HTTP/2 without TLS.
_UNENCRYPTED_HTTP2 = frozenset({"net/http.(*conn).maybeServeUnencryptedHTTP2"})

_FORM = frozenset({"mime/multipart.(*Reader).readForm"})


def _group(
    kind: NeedKind,
    confidence: Confidence,
    means: str,
    *names: str,
    moot_with: frozenset[str] = frozenset(),
    possible_with: frozenset[str] = frozenset(),
) -> tuple[Marker, ...]:
    return tuple(Marker(n, kind, confidence, means, moot_with, possible_with) for n in names)


MARKERS: tuple[Marker, ...] = (
    # Traps, all in plain HTTP servers: crypto/x509.loadSystemRoots, (*Certificate).Verify,
    # crypto/tls.(*Conn).Handshake; and crypto/tls.(*Conn).clientHandshake, which
    # (*Conn).handleRenegotiation reaches in any program that reads from a tls.Conn.
    *_group(
        "ca-certificates", "likely", "verifies TLS servers against the system's certificates",
        "net/http.(*Client).do",  # Go 1.11 on
        "net/http.(*Client).doFollowingRedirects",  # until Go 1.7
        "net/http.(*Client).send",
        "crypto/tls.dial",  # Go 1.14 on
        "crypto/tls.Dial",
        "crypto/tls.DialWithDialer",
        "crypto/tls.QUICClient",
        "crypto/x509.SystemCertPool",
        "net/smtp.(*Client).StartTLS",
        moot_with=CA_EMBEDDED,
    ),
    # tls.Client is small: it mostly shows as an inlined name, or by the method value it takes.
    *_group(
        "ca-certificates", "likely", "speaks TLS as a client",
        "crypto/tls.Client", "crypto/tls.(*Conn).clientHandshake-fm",
        moot_with=CA_EMBEDDED | _UNENCRYPTED_HTTP2,
    ),
    # Trap: lower-case time.loadLocation comes with time.Local, so with everything.
    *_group(
        "tzdata", "likely", "loads time zones by name", "time.LoadLocation",
        moot_with=TZDATA_EMBEDDED,
    ),
    # Trap: os.TempDir only names the folder.
    *_group(
        "tmp", "likely", "creates temporary files",
        "os.CreateTemp", "os.MkdirTemp", "io/ioutil.TempFile", "io/ioutil.TempDir",
        possible_with=_FORM,
    ),
    *_group("tmp", "possible", "parses uploads, large ones through temporary files", *_FORM),
    # Trap: os/user.current and os/user.lookup... alone are not called from outside.
    *_group(
        "users", "likely", "looks up users or groups",
        "os/user.Current", "os/user.Lookup", "os/user.LookupId", "os/user.LookupGroup",
        "os/user.LookupGroupId", "os/user.(*User).GroupIds",
    ),
    # Which program is started is not in the table: a hint, not a need.
    *_group(
        "program", "possible", "starts other programs",
        "os/exec.Command", "os/exec.CommandContext", "os.StartProcess", "syscall.Exec",
    ),
    # Without cgo plugin.Open is a stub that always fails (plugin/plugin_stubs.go).
    *_group("plugin", "likely", "loads Go plugins (.so files)", "plugin._Cfunc_pluginOpen"),
    *_group("plugin", "possible", "loads Go plugins (.so files)", "plugin.Open"),
    # Trap: net.cgoLookupHost and friends are stubs in pure Go builds too.
    *_group(
        "nss", "possible", "resolves names through the C library (getaddrinfo, NSS)",
        *sorted(n for n in CGO_NAMES if n.startswith("net.")),
    ),
    *_group(
        "nss", "possible", "looks up users through the C library (getpwnam_r, NSS)",
        "os/user._Cfunc_mygetpwnam_r", "os/user._Cfunc_mygetpwuid_r",
        "os/user._Cfunc_mygetgrnam_r", "os/user._Cfunc_mygetgrgid_r",
        "os/user._Cfunc_mygetgrouplist", "os/user._C2func_getgrouplist",
    ),
)  # fmt: skip

KNOWN_NAMES: frozenset[str] = (
    frozenset(marker.name for marker in MARKERS)
    | CA_EMBEDDED
    | _UNENCRYPTED_HTTP2
    | TZDATA_EMBEDDED
    | CGO_NAMES
    | LOOKUP_NAMES
)


class Shown(NamedTuple):
    """A need that the function names show, with the names that show it."""

    kind: NeedKind
    confidence: Confidence
    evidence: tuple[str, ...]


def needs_shown(found: frozenset[str]) -> tuple[Shown, ...]:
    """What `found` (GoFacts.markers) shows: one entry a kind, with its surest confidence.

    Evidence reads "function net/http.(*Client).do is linked: verifies TLS servers ...", and can
    be checked with `go tool nm` (or `strings` on a stripped program).
    """
    shown: dict[NeedKind, tuple[Confidence, list[str]]] = {}
    for marker in MARKERS:
        if marker.name not in found or marker.moot_with & found:
            continue
        sure: Confidence = "possible" if marker.possible_with & found else marker.confidence
        confidence, evidence = shown.get(marker.kind, (sure, []))
        evidence.append(f"function {marker.name} is linked: {marker.means}")
        shown[marker.kind] = (min(confidence, sure, key=_ORDER.index), evidence)
    return tuple(Shown(kind, *_frozen(value)) for kind, value in shown.items())


_ORDER: tuple[Confidence, ...] = ("certain", "likely", "possible")


def _frozen(value: tuple[Confidence, list[str]]) -> tuple[Confidence, tuple[str, ...]]:
    return value[0], tuple(value[1])
