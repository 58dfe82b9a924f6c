"""Whether the Go sources of the build context bring C in, told before anything is compiled.

The imports of the main package are followed through its own module. Go's packages that call C
where cgo is on, and those that import them, are listed (`go list -deps` of Go 1.27 on linux/amd64);
what other modules do is not known without them.
"""

from __future__ import annotations

import posixpath
import re
from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

    from linkcheck.gate.context import Context
    from linkcheck.model.stageimage import Ran, StageImage

# Packages of the standard library that reach net or os/user; net/url and net/netip do not.
_NAMES: Final = frozenset(
    {"net", "os/user", "archive/tar", "crypto/tls", "crypto/x509", "expvar", "log/syslog"}
    | {"mime/multipart", "net/http", "net/mail", "net/rpc", "net/smtp", "net/textproto"}
)
_ALWAYS: Final = frozenset({"C", "plugin", "runtime/cgo"})
_MOST_FILES: Final = 2000
_HEAD: Final = 64_000  # bytes of a file that hold its imports
_IMPORT: Final = re.compile(r'^import\s+(?:[\w.]+\s+)?["`]([^"`]+)["`]', re.MULTILINE)
_BLOCK: Final = re.compile(r"^import\s*\((.*?)^\s*\)", re.MULTILINE | re.DOTALL)
_QUOTED: Final = re.compile(r'^\s*(?:[\w.]+\s+)?["`]([^"`]+)["`]', re.MULTILINE)
_FOREIGN: Final = re.compile(
    r"_(?:test|windows|darwin|freebsd|netbsd|openbsd|plan9|js|wasm|aix|solaris|android|ios)"
    r"(?:_\w+)?\.go\Z"
)


class CgoUse(NamedTuple):
    """Whether the program calls C where cgo is on, and the import that shows it."""

    answer: Literal["yes", "no", "unknown"]
    because: str = ""


_UNKNOWN: Final = CgoUse("unknown")


def cgo_use(image: StageImage, build: Ran, context: Context | None, *, pure: bool) -> CgoUse:
    """What the sources of a `go build` say; `pure` under -tags netgo,osusergo.

    Unknown where the main package does not lie in the context.
    """
    folder = _main_folder(image, build)
    name = _in_context(image, folder) if folder else None
    if context is None or name is None:
        return _UNKNOWN
    module = _module(context, name)
    return _followed(context, name, module, pure) if module else _UNKNOWN


def _main_folder(image: StageImage, build: Ran) -> str | None:
    """The folder of the image in which the main package lies."""
    values = {"-o", "-ldflags", "-tags", "-mod", "-gcflags", "-asmflags", "-p", "-C", "-buildmode"}
    plain = []
    words = iter(build.words[2:])
    for word in words:
        if word in values:
            next(words, None)
        elif not word.startswith("-"):
            plain.append(word)
    if len(plain) > 1 or any("..." in word or "$" in word for word in plain):
        return None
    at = image.workdir.value if image.workdir else "/"
    target = plain[0] if plain else "."
    if target.endswith(".go"):
        target = posixpath.dirname(target) or "."
    if not target.startswith((".", "/")):
        return None
    return posixpath.normpath(posixpath.join(at, target))


def _in_context(image: StageImage, folder: str) -> str | None:
    """Where a folder of the image lies in the build context, by the last COPY that brings it."""
    for copied in reversed(image.copied):
        place = copied.place.rstrip("/")
        if copied.origin != "context" or copied.kind == "file" or copied.unpacks:
            continue
        if f"{folder}/".startswith(f"{place}/"):
            return posixpath.normpath(f"{copied.source}/{folder[len(place) :]}").lstrip("/")
    return None


def _module(context: Context, name: str) -> tuple[str, str] | None:
    """The folder and path of the module that the folder `name` belongs to."""
    at = name
    while True:
        files = context.find(posixpath.join(at, "go.mod"))
        if files:
            found = re.search(r"^module\s+(\S+)", _text(files[0].path), re.MULTILINE)
            return (at, found[1].strip('"')) if found else None
        if at in ("", "."):
            return None
        at = posixpath.dirname(at)


def _followed(context: Context, start: str, module: tuple[str, str], pure: bool) -> CgoUse:
    root, path = module
    calling = _ALWAYS if pure else _ALWAYS | _NAMES
    todo, seen, files = deque([start]), {start}, 0
    others = ""
    while todo:
        folder = todo.popleft()
        for name, imports in _imports(context, folder):
            files += 1
            if files > _MOST_FILES:
                return _UNKNOWN
            for one in imports:
                if one in calling or (not pure and one.startswith("net/http/")):
                    return CgoUse("yes", f"{name} imports {one}")
                if one == path or one.startswith(f"{path}/"):
                    inside = posixpath.normpath(posixpath.join(root, one[len(path) :].lstrip("/")))
                    if inside not in seen:
                        seen.add(inside)
                        todo.append(inside)
                elif "." in one.split("/")[0]:
                    others = one
    return CgoUse("unknown", f"{others} is another module") if others or not files else CgoUse("no")


def _imports(context: Context, folder: str) -> Iterator[tuple[str, list[str]]]:
    for file in context.find(posixpath.join(folder, "*.go")):
        if file.kind != "file" or _FOREIGN.search(file.name):
            continue
        text = re.sub(r"/\*.*?\*/", "", _text(file.path), flags=re.DOTALL)
        if re.search(r"^//go:build\s+ignore\b", text, re.MULTILINE):
            continue
        imports = _IMPORT.findall(text)
        for block in _BLOCK.findall(text):
            imports += _QUOTED.findall(block)
        yield file.name, imports


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(_HEAD).decode("utf-8", "replace")
    except OSError:
        return ""
