"""Which name resolver a Go program can use (Go's net/conf.go, net/cgo_stub.go)."""

from __future__ import annotations

import re

from linkcheck.model.facts import Resolver

# Every lookup passes one of these (net/lookup_unix.go, lookup_windows.go, back to Go 1.5);
# a program that uses net only for addresses has none of them.
LOOKUP_NAMES = frozenset(
    {
        "net.systemConf",
        "net.(*conf).hostLookupOrder",
        "net.(*conf).addrLookupOrder",
        "net.(*conf).lookupOrder",
        "net.(*Resolver).lookupIPAddr",
        "net.(*Resolver).lookupHost",
        "net.(*Resolver).LookupHost",
        "net.lookupIPMerge",
        "net.lookupIPDeadline",
        "net.LookupHost",
    }
)

# The stub `net.cgoLookupHost` is in pure Go builds too; the C wrappers are not. Go on macOS
# calls libSystem without cgo (internal/syscall/unix/net_darwin.go).
CGO_NAMES = frozenset(
    {
        "net._C2func_getaddrinfo",
        "net._Cfunc_getaddrinfo",
        "net._C2func_getnameinfo",
        "net._Cfunc_getnameinfo",
        "net._C2func_res_search",
        "net._Cfunc_res_search",
        "net._C2func_res_nsearch",
        "net._Cfunc_res_nsearch",
        "internal/syscall/unix.Getaddrinfo",
    }
)

_NETDNS_GO = re.compile(r"(?:^|,)netdns=(?:\d+\+)?go(?:\+\d+)?(?:,|$)")


def resolver_of(markers: frozenset[str] | None, settings: tuple[tuple[str, str], ...]) -> Resolver:
    """ "none": nothing is ever looked up; "go": Go's own; "cgo": getaddrinfo is linked as well.

    `markers` is None when no function name could be read. Then the build settings answer where
    they leave no doubt ("go" means: if it looks anything up), else "unknown". On Windows the
    system is asked in any build: "unknown", as neither word fits.
    """
    said = dict(settings)
    if markers is not None and not markers & LOOKUP_NAMES:
        return "none"
    if said.get("GOOS") == "windows":
        return "unknown"
    if _NETDNS_GO.search(said.get("DefaultGODEBUG", "")):
        return "go"
    if markers is not None:
        return "cgo" if markers & CGO_NAMES else "go"
    no_cgo = said.get("CGO_ENABLED") == "0" and said.get("GOOS") not in ("darwin", "ios")
    return "go" if no_cgo or "netgo" in _tags(said) else "unknown"


def _tags(said: dict[str, str]) -> list[str]:
    return re.split(r"[ ,]+", said.get("-tags", ""))
