"""A recipe and a source as one call of `go build`: pure data, the same for every builder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from linkcheck.build.goenv import user_settings
from linkcheck.build.platforms import Platform
from linkcheck.build.quoting import quoted
from linkcheck.build.recipe_tables import Recipe
from linkcheck.build.remote import Remote
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


@dataclass(frozen=True, slots=True)
class Call:
    """One call of `go`: to be run in `cwd`; the program is then the file `output`."""

    argv: tuple[str, ...]
    env: Mapping[str, str]
    cwd: str
    output: str


def build_call(
    go: str, recipe: Recipe, source: Source | Remote, platform: Platform, *, tree: str, work: str
) -> Call:
    """How `go` builds `source`, whose tree lies at `tree`, with `work` as a folder to write to."""
    if isinstance(source, Remote):
        return _install(go, recipe, source, platform, work)
    output = f"{work}/program"
    return Call(
        argv=tuple(build_argv(go, recipe, source, output)),
        env=build_env(recipe, source, platform),
        cwd=str(PurePosixPath(tree, source.module.as_posix())),
        output=output,
    )


def build_argv(go: str, recipe: Recipe, source: Source, output: str) -> list[str]:
    """The argv, to be run in the source's module folder.

    -trimpath and -buildvcs=false: the same source gives the same bytes wherever it lies.
    """
    argv = [go, "build", "-trimpath", "-buildvcs=false"]
    if source.mod is not None:
        # said aloud, so that a GOFLAGS=-mod=mod of the user can't rewrite a go.mod
        argv.append("-mod=vendor" if source.vendored else "-mod=readonly")
    return [*argv, *_flags(recipe), "-o", output, source.argument]


def build_env(recipe: Recipe, source: Source, platform: Platform) -> dict[str, str]:
    """The environment that the recipe and linkcheck itself ask for."""
    return {
        **platform.env,
        "GOTOOLCHAIN": "local",  # what was chosen builds; no other toolchain is fetched
        # a folder outside of any module builds as before modules: the standard library is there
        "GO111MODULE": "off" if source.mod is None else "on",
        **dict(recipe.env),
    }


def _install(go: str, recipe: Recipe, source: Remote, platform: Platform, work: str) -> Call:
    """`go install path@version` into a GOPATH below `work`, as GOBIN refuses other platforms.

    It puts the programs of other platforms than `go`'s own below bin/GOOS_GOARCH
    (https://go.dev/ref/mod#go-install): `output` is then one folder further down.
    """
    return Call(
        argv=(go, "install", "-trimpath", "-buildvcs=false", *_flags(recipe), source.argument),
        env={
            **platform.env,
            "GOTOOLCHAIN": "local",
            "GO111MODULE": "on",
            **dict(recipe.env),
            "GOPATH": f"{work}/gopath",
            "GOBIN": "",
        },
        cwd=work,
        output=f"{work}/gopath/bin/{source.name}" + (".exe" if platform.os == "windows" else ""),
    )


def _flags(recipe: Recipe) -> list[str]:
    flags = ["-tags", ",".join(recipe.tags)] if recipe.tags else []
    flags += recipe.flags
    if recipe.ldflags:
        flags += ["-ldflags", " ".join(quoted(flag) for flag in recipe.ldflags)]
    return flags


def passed_on(environ: Mapping[str, str]) -> dict[str, str]:
    """The user's settings that also matter in a container: from variables and `go env -w`."""
    settings = {**user_settings(environ), **environ}
    passed = {name: settings[name] for name in PASSED_ON if settings.get(name)}
    if environ.get("GOWORK") == "off":  # a file of that name is found anyway
        passed["GOWORK"] = "off"
    return passed
