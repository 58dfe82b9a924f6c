"""Ways to build the fixtures for the trials: linkcheck's own recipes, and what else people do."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Variant:
    """One `go build`: environment and flags on top of the defaults."""

    name: str
    env: dict[str, str] = field(default_factory=dict)
    flags: tuple[str, ...] = ()


# one of each kind of program, for the trials of every change
QUICK = (
    "default",
    "cgo-off",
    "static-glibc",
    "pie-pure",
    "static-pie",
    "musl",
    "musl-static",
    "386",
    "freebsd",
)
_CGO = {"CGO_ENABLED": "1"}
_PURE = {"CGO_ENABLED": "0"}
_MUSL = {"CGO_ENABLED": "1", "CC": "musl-gcc"}

VARIANTS: tuple[Variant, ...] = (
    Variant("default", _CGO),
    Variant("netgo", _CGO, ("-tags=netgo,osusergo", "-installsuffix=netgo")),
    Variant("cgo-off", _PURE),
    Variant("static-glibc", _CGO, ("-ldflags=-linkmode external -extldflags -static",)),
    Variant("pie", _CGO, ("-buildmode=pie",)),
    Variant("pie-pure", _PURE, ("-buildmode=pie",)),
    Variant(
        "static-pie",
        _CGO,
        ("-buildmode=pie", "-ldflags=-linkmode external -extldflags -static-pie"),
    ),
    Variant("musl", _MUSL, ("-ldflags=-linkmode external",)),
    Variant("musl-static", _MUSL, ("-ldflags=-linkmode external -extldflags -static",)),
    Variant("external", _CGO, ("-ldflags=-linkmode external",)),
    Variant("stripped", _CGO, ("-ldflags=-s -w", "-trimpath")),
    Variant("timetzdata", _PURE, ("-tags=timetzdata",)),
    Variant("race", _CGO, ("-race",)),
    Variant("v3", {**_PURE, "GOAMD64": "v3"}),
    Variant("bind-now", _CGO, ("-ldflags=-linkmode external -extldflags -Wl,-z,now",)),
    Variant("386", {**_PURE, "GOARCH": "386"}),
    Variant("arm64", {**_PURE, "GOARCH": "arm64"}),
    Variant("freebsd", {**_PURE, "GOOS": "freebsd"}),
)
