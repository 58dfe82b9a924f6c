"""Who brought C in: the Go packages that call C, and what they call.

cgo writes a Go wrapper PACKAGE._Cfunc_NAME (PACKAGE._C2func_NAME where errno is asked for) for
each C function that is called, and PACKAGE._Cgo_ptr where a C function's address is taken
(cmd/cgo/out.go, gcc.go). In symbol names, dots of the last path element and odd bytes stand as
%2e (cmd/internal/objabi `PathToPrefix`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from linkcheck.model.facts import CgoPackage, Module

_WRAPPER = re.compile(r"^(.+?)\._(?:C2?func_(\w+)|Cmacro_(\w+)|Cgo_ptr)(?:\.abi\w+)?$")

_ESCAPED = re.compile(rb"%([0-9a-f]{2})")

# Helpers that cgo writes in Go (`builtinDefs` in cmd/cgo/out.go): reading a C string calls
# nothing, making one calls malloc, and C.malloc itself is spelled _CMalloc.
_BUILTINS = {
    "GoString": "", "GoStringN": "", "GoBytes": "",
    "CString": "malloc", "CBytes": "malloc", "_CMalloc": "malloc",
}  # fmt: skip

# The runtime's own bridge to C threads is there in every cgo program: it tells of nobody's call.
_RUNTIME = frozenset({"runtime", "runtime/cgo"})

# First path elements of the standard library ("go list std"), for packages no module claims.
_STD = frozenset(
    """
    archive bufio bytes cmp compress container context crypto database debug embed encoding
    errors expvar flag fmt go hash html image index internal io iter log maps math mime net
    os path plugin reflect regexp runtime slices sort strconv strings structs sync syscall
    testing text time unicode unique unsafe weak vendor
    """.split()  # noqa: SIM905 - a word list reads better than 49 quoted words
)


def cgo_packages(
    names: Iterable[bytes], main: Module | None, deps: tuple[Module, ...]
) -> tuple[CgoPackage, ...]:
    """The packages behind the wrapper `names`, sorted, each with its C functions and its module.

    A package that only uses cgo's conversions has an empty `functions`: it still needs libc.
    """
    calls: dict[str, set[str]] = {}
    for name in names:
        plain = _ESCAPED.sub(lambda escape: bytes([int(escape[1], 16)]), name)
        match = _WRAPPER.match(plain.decode(errors="replace"))
        if match is None:
            continue
        package, function, macro = match.groups()
        if package in _RUNTIME:
            continue
        called = calls.setdefault(package, set())
        called.update({_c_name(function or macro)} if function or macro else set())
    return tuple(
        CgoPackage(package, tuple(sorted(calls[package] - {""})), module_of(package, main, deps))
        for package in sorted(calls)
    )


def _c_name(wrapped: str) -> str:
    return _BUILTINS.get(wrapped, wrapped.removeprefix("_Cmacro_"))


def module_of(package: str, main: Module | None, deps: tuple[Module, ...]) -> str | None:
    """The module that `package` came with: "path version", "std", or None when not known.

    The longest module path that is a prefix at a slash wins; a replacement reads as in Go's own
    messages, "old v1 => new v2". A package under GOPATH's vendor/ is looked up by what follows.
    """
    if main is not None and package == "main":
        return main.path
    _, vendored, inner = package.rpartition("/vendor/")
    for path in (inner, package) if vendored else (package,):
        modules = (m for m in (*deps, *((main,) if main else ())) if m.path)
        owners = [m for m in modules if path == m.path or path.startswith(m.path + "/")]
        owner = max(owners, key=lambda m: len(m.path), default=None)
        if owner is not None:
            return owner.path if owner == main else _title(owner)
    return "std" if package.split("/", 1)[0] in _STD else None


def _title(module: Module) -> str:
    title = f"{module.path} {module.version}".strip()
    if module.replaced_by is not None:
        other = module.replaced_by
        title += f" => {other.path} {other.version}".rstrip()
    return title
