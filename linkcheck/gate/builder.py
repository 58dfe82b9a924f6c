"""The stage that builds the program: its toolchain's C library, and what the build asks for.

Only `go build` and `go install` are understood. From Go 1.20 on cgo is on where a C compiler is
found and CGO_ENABLED is not set (go.dev/doc/go1.20): golang images of Debian have gcc, Alpine's do
not.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal

from linkcheck.gate.golang import golang_image
from linkcheck.gate.gosource import cgo_use
from linkcheck.model.builder import Builder

if TYPE_CHECKING:
    from linkcheck.gate.contents import Contents
    from linkcheck.gate.context import Context
    from linkcheck.gate.entry import Entry
    from linkcheck.model.stageimage import Installed, Ran, StageImage

_COMPILERS: Final = frozenset({"gcc", "build-base", "clang", "build-essential", "g++", "musl-dev"})


def builder_of(
    contents: Contents, entry: Entry | None, context: Context | None = None
) -> Builder | None:
    """The stage from which the program is copied, where it compiles Go; else None."""
    if entry is None or entry.copied is None or entry.copied.stage is None:
        return None
    image = contents.image(entry.copied.stage)
    builds = [ran for ran in image.ran if _is_build(ran)]
    if not builds:
        return None
    ran = builds[-1]
    builder = _told(contents, image, ran)
    if builder is None:
        return None
    use = cgo_use(image, ran, context, pure=builder.pure_names)
    return builder._replace(calls_c=use.answer, because=use.because)


def _told(contents: Contents, image: StageImage, ran: Ran) -> Builder | None:
    """What the Dockerfile alone says of the build."""
    found = golang_image(image.base.ref)
    if found is None:
        return _plain_builder(contents, image, ran)
    cgo = _cgo(image, ran)
    if found.system == "alpine":
        cgo = cgo or ("on" if _has_compiler(image.installed) else "off")
        return _builder(image, ran, "musl", None, cgo, floating=found.floating)
    base = contents.base(image.base.ref)
    version = None if isinstance(base, str) else base.image.provides.libc_version
    return _builder(
        image,
        ran,
        "glibc",
        version if isinstance(version, str) else None,
        cgo or "on",
        floating=found.floating,
    )


def _plain_builder(contents: Contents, image: StageImage, ran: Ran) -> Builder | None:
    base = contents.base(image.base.ref)
    if isinstance(base, str):
        return None
    provides = base.image.provides
    if provides.libc not in ("glibc", "musl"):
        return None
    version = provides.libc_version
    cgo = _cgo(image, ran) or ("on" if _has_compiler(image.installed) else "unknown")
    libc: Literal["glibc", "musl"] = "glibc" if provides.libc == "glibc" else "musl"
    return _builder(
        image, ran, libc, version if isinstance(version, str) else None, cgo, floating=False
    )


def _builder(
    image: StageImage,
    ran: Ran,
    libc: Literal["glibc", "musl"],
    version: str | None,
    cgo: Literal["on", "off", "unknown"],
    *,
    floating: bool,
) -> Builder:
    text = " ".join(ran.words)
    return Builder(
        ref=image.base.ref,
        at=image.base.at,
        build=ran.at,
        libc=libc,
        libc_version=version,
        cgo=cgo,
        floating=floating,
        static=bool(re.search(r"-static\b", text)),
        pure_names=bool(re.search(r"\bnetgo\b", text)) and "osusergo" in text,
        race="-race" in ran.words,
        goos=_variable(image, ran, "GOOS"),
        goarch=_variable(image, ran, "GOARCH"),
        level=_variable(image, ran, "GOAMD64"),
    )


def _is_build(ran: Ran) -> bool:
    name = ran.words[0].rsplit("/", 1)[-1] if ran.words else ""
    return name == "go" and len(ran.words) > 1 and ran.words[1] in ("build", "install")


def _variable(image: StageImage, ran: Ran, name: str) -> str | None:
    """As the shell sees it: set for the command, by `export` or `go env -w` before, or by ENV."""
    for word in ran.assigned:
        if word.startswith(f"{name}="):
            return _value(image, word.partition("=")[2])
    for other in reversed(image.ran):
        exported = other.words[:1] == ("export",) and other.at == ran.at
        if exported or other.words[:3] == ("go", "env", "-w"):
            for word in other.words:
                if word.startswith(f"{name}="):
                    return _value(image, word.partition("=")[2])
    found = image.environment.get(name)
    return found.value if found else None


def _value(image: StageImage, text: str) -> str | None:
    """The text with ARGs and ENVs of the stage in place; None where a variable stays open."""
    known = {**image.arguments, **image.environment}

    def put(found: re.Match[str]) -> str:
        name = found[1] or found[2]
        return known[name].value if name in known else found[0]

    value = re.sub(r"\$(?:(\w+)|\{(\w+)\})", put, text)
    value = re.sub(r"\$\{(\w+):-([^}$]*)\}", lambda m: m[2], value)
    return None if "$" in value or "`" in value else value


def _cgo(image: StageImage, ran: Ran) -> Literal["on", "off"] | None:
    value = _variable(image, ran, "CGO_ENABLED")
    return None if value not in ("0", "1") else "off" if value == "0" else "on"


def _has_compiler(installed: tuple[Installed, ...]) -> bool:
    return any(package.name in _COMPILERS for package in installed)
