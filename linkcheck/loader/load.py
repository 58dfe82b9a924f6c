"""Program + base -> LoadResult."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkcheck.loader import gcompat, go_runtime
from linkcheck.loader.kernel import compatible_hosts, refuse_system, start
from linkcheck.loader.options import LoadOptions
from linkcheck.loader.outcome import Log
from linkcheck.model.facts import BinaryFacts, ElfFacts
from linkcheck.model.library import LibraryView, SharedObject
from linkcheck.model.provides import UNKNOWN
from linkcheck.model.verdicts import LoadResult

if TYPE_CHECKING:
    from linkcheck.images.resolve import ResolvedBase

_DEFAULTS = LoadOptions()


def load_in(facts: BinaryFacts, base: ResolvedBase, options: LoadOptions = _DEFAULTS) -> LoadResult:
    """Start the program in `base` on paper: kernel first, then the loader that the base has.

    LD_LIBRARY_PATH and LD_PRELOAD of the base count where `options` say nothing of them.
    """
    if base.image.environment:  # few have one, and bulk runs come here often
        options = options.under(dict(base.image.environment))
    for platform in (facts.platform, *compatible_hosts(facts.platform)):
        view = base.view(platform)
        if view is not None:
            return load(facts, view, options, title=base.image.ref)
    log = Log(base.image.ref)
    if not facts.platform.startswith("linux/"):
        refuse_system(facts, log)
        return log.result()
    has = base.image.provides.platforms
    published = "other platforms" if has is UNKNOWN else ", ".join(has)
    log.refuse(
        "platform",
        facts.platform,
        f"it is not published for {facts.platform}, only for {published}",
        f"no matching manifest for {facts.platform} in the manifest list entries",
    )
    return log.result()


def load(
    facts: BinaryFacts,
    view: LibraryView,
    options: LoadOptions = _DEFAULTS,
    *,
    title: str | None = None,
) -> LoadResult:
    """The same over a bare view; `title` is how the base is called in the reasons."""
    log = Log(title or view.title)
    if facts.packer is not None:
        log.doubt(
            "loader",
            facts.packer,
            f"the program is packed by {facts.packer}: unpack it (upx -d) to see what it needs",
        )
        return log.result()
    interpreter = start(facts, view, log, options)
    if interpreter is not None and facts.elf is not None:
        _run_loader(facts.elf, interpreter, view, log, options)
    if not log.refusals:
        go_runtime.check(facts, log, options)
    return log.result()


def _run_loader(
    elf: ElfFacts, interpreter: SharedObject, view: LibraryView, log: Log, options: LoadOptions
) -> None:
    # each model is loaded when a program meets its loader: most programs meet none
    if is_musl(interpreter):
        from linkcheck.loader import musl  # noqa: PLC0415

        musl.run(elf, interpreter, view, log, options)
    elif is_glibc(interpreter):
        from linkcheck.loader import glibc  # noqa: PLC0415

        glibc.run(elf, interpreter, view, log, options)
    elif (stub := gcompat.stub_of(interpreter, view)) and stub is not UNKNOWN:
        from linkcheck.loader import musl  # noqa: PLC0415

        log.note(f"{interpreter.path}: gcompat's stub, which starts {stub.musl.path}")
        musl.run(elf, stub.musl, view, log, options, stub)
    else:
        path = interpreter.path
        log.doubt("loader", elf.interpreter or "", f"{path} is neither glibc's nor musl's loader")


def is_musl(interpreter: SharedObject) -> bool:
    """Whether the file is musl's libc, which is its loader too, whatever name led to it."""
    soname = interpreter.soname or ""
    return (
        soname.startswith("libc.musl-")
        or (soname in ("libc.so", "") and "/ld-musl-" in interpreter.path)
        or soname == "libc.so"
    )


def is_glibc(interpreter: SharedObject) -> bool:
    """Whether the file is glibc's rtld, by its soname."""
    return (interpreter.soname or "").startswith(("ld-linux", "ld64.so", "ld.so", "ld-lsb"))
