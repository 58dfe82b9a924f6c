"""A recipe and a source as one call of `go build`: pure data, the same for every builder."""

from __future__ import annotations

from collections.abc import Mapping

from linkcheck.build.platforms import Platform
from linkcheck.build.recipes import Recipe
from linkcheck.build.source import Source

# What the user may have set about fetching modules and the like, and a container must be told too.
PASSED_ON = (
    "GOPROXY",
    "GOPRIVATE",
    "GONOPROXY",
    "GOSUMDB",
    "GONOSUMDB",
    "GOINSECURE",
    "GOVCS",
    "GOFLAGS",
    "GOAMD64",
    "GOARM64",
    "GOARM",
    "GO386",
    "GOEXPERIMENT",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
)


def build_argv(go: str, recipe: Recipe, source: Source, output: str) -> list[str]:
    """The argv, to be run in the source's module folder.

    -trimpath and -buildvcs=false: the same source gives the same bytes wherever it lies.
    """
    argv = [go, "build", "-trimpath", "-buildvcs=false"]
    if source.mod is not None:
        # said aloud, so that a GOFLAGS=-mod=mod of the user can't rewrite a go.mod
        argv.append("-mod=vendor" if source.vendored else "-mod=readonly")
    if recipe.tags:
        argv += ["-tags", ",".join(recipe.tags)]
    argv += recipe.flags
    if recipe.ldflags:
        argv += ["-ldflags", " ".join(quoted(flag) for flag in recipe.ldflags)]
    return [*argv, "-o", output, source.argument]


def build_env(recipe: Recipe, source: Source, platform: Platform) -> dict[str, str]:
    """The environment that the recipe and linkcheck itself ask for."""
    return {
        **platform.env,
        "GOTOOLCHAIN": "local",  # what was chosen builds; no other toolchain is fetched
        # a folder outside of any module builds as before modules: the standard library is there
        "GO111MODULE": "off" if source.mod is None else "on",
        **dict(recipe.env),
    }


def passed_on(environ: Mapping[str, str]) -> dict[str, str]:
    """The part of the user's environment that also matters inside a container."""
    return {name: environ[name] for name in PASSED_ON if environ.get(name)}


def quoted(word: str) -> str:
    """`word` as cmd/internal/quoted splits it again, for CC and -ldflags, which hold several."""
    if word and not any(c in word for c in " \t\r\n'\""):
        return word
    return f'"{word}"' if "'" in word else f"'{word}'"
