"""For each rule, programs on bases that it flags and that it leaves alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from linkcheck.advise import judge, needs_of
from linkcheck.model.facts import (
    BinaryFacts,
    DlopenNote,
    LibcFacts,
    Module,
    Notes,
    SymbolNeed,
    VersionNeed,
)
from linkcheck.model.provides import BaseImage
from linkcheck.model.verdicts import LoadResult
from linkcheck.rules import RuleContext
from tests.advise.factories import (
    NET,
    NO_LOADER,
    SQLITE,
    TOO_OLD,
    USER,
    base,
    c_facts,
    cgo_facts,
    debian,
    dynamic_elf,
    elf,
    facts,
    go,
    refusal,
)

On: TypeAlias = BaseImage | tuple[BaseImage, LoadResult]


def context(program: BinaryFacts, *bases: On, asked: bool = True) -> RuleContext:
    """The program judged on `bases`, which the user named unless `asked` is False."""
    needs = needs_of(program)
    pairs = [one if not isinstance(one, BaseImage) else (one, LoadResult()) for one in bases]
    verdicts = tuple((image, judge(program, needs, image, load)) for image, load in pairs)
    named = frozenset(image.ref for image, _ in pairs) if asked else frozenset()
    return RuleContext(program, needs, verdicts, named)


@dataclass(frozen=True)
class Case:
    """Factories, so that a broken one fails its own test and not the collection."""

    flags: Callable[[], RuleContext]
    leaves: Callable[[], RuleContext]


ALPINE = base("alpine:3.23", libc="musl", ca_bundle="/etc/ssl/cert.pem")
FULL = debian(ca_bundle="/etc/ssl/certs/ca-certificates.crt")
NO_SYMBOL = refusal("symbol", "__res_search", "__res_search is not in musl")
NO_LIBRARY = refusal("library", "libseccomp.so.2", "libseccomp.so.2 is not in the image")
OLD_CXX = refusal("symbol-version", "libstdc++.so.6 GLIBCXX_3.4.32", "its libstdc++ is older")
NSS_STATIC = facts(
    elf(),
    go("net._C2func_getaddrinfo", resolver="cgo", cgo_packages=(NET,)),
    libc=LibcFacts("glibc"),
)
PIE = facts(
    dynamic_elf(needed=(), version_needs=(), linkage="dynamic-pie"),
    go(settings=(("-buildmode", "pie"), ("CGO_ENABLED", "0"))),
)


def on_scratch(*markers: str) -> RuleContext:
    return context(facts(go_facts=go(*markers)), base())


def on_full(*markers: str) -> RuleContext:
    return context(facts(go_facts=go(*markers)), FULL)


def built_with(**changes: object) -> RuleContext:
    return context(facts(go_facts=go(**changes)), base())


def relr(*versions: str, minimum: str | None, has_relr: bool = True) -> RuleContext:
    needs = tuple(VersionNeed("libc.so.6", version) for version in versions)
    program = c_facts(dynamic_elf(version_needs=needs, has_relr=has_relr))
    return context(program._replace(libc=LibcFacts("glibc", minimum)), FULL)


def dlopening(priority: str) -> RuleContext:
    note = DlopenNote(("libb.so.1",), priority=priority)
    return context(c_facts(elf(notes=Notes(dlopen=(note,))), "none"), base())


CASES: dict[str, Case] = {
    "LC101": Case(
        lambda: context(cgo_facts(NET), (ALPINE, NO_LOADER)), lambda: context(cgo_facts(NET), FULL)
    ),
    "LC102": Case(
        lambda: context(cgo_facts(SQLITE), (FULL, NO_LIBRARY)),
        lambda: context(cgo_facts(SQLITE), (ALPINE, NO_LOADER)),
    ),
    "LC103": Case(lambda: context(PIE, FULL), lambda: context(cgo_facts(NET), FULL)),
    "LC104": Case(lambda: context(NSS_STATIC, base()), lambda: context(facts(), base())),
    "LC105": Case(
        lambda: context(facts(elf(exec_stack=True)), base()),
        lambda: context(facts(elf(exec_stack=None)), base()),
    ),
    "LC106": Case(
        lambda: context(facts(platform="darwin/arm64", format="macho"), base()),
        lambda: context(facts(), base()),
    ),
    "LC107": Case(
        lambda: context(c_facts(dynamic_elf(runpath="lib:/opt/x")), FULL),
        lambda: context(c_facts(dynamic_elf(runpath="$ORIGIN/../lib", rpath="/tmp/x")), FULL),
    ),
    "LC108": Case(lambda: dlopening("recommended"), lambda: context(cgo_facts(SQLITE), FULL)),
    "LC109": Case(lambda: context(facts(packer="UPX"), base()), lambda: context(facts(), base())),
    "LC110": Case(
        lambda: context(facts(mode=0o644), base()), lambda: context(facts(mode=None), base())
    ),
    "LC111": Case(
        lambda: context(c_facts(dynamic_elf(undefined=(SymbolNeed("pthread_exit"),))), FULL),
        lambda: context(c_facts(dynamic_elf(undefined=(SymbolNeed("pthread_create"),))), FULL),
    ),
    "LC201": Case(
        lambda: context(cgo_facts(NET), (debian("11", "2.31"), TOO_OLD)),
        lambda: context(cgo_facts(NET), (FULL, OLD_CXX)),
    ),
    "LC202": Case(
        lambda: context(cgo_facts(NET), (ALPINE, NO_SYMBOL)),
        lambda: context(cgo_facts(NET), (ALPINE, NO_LOADER)),
    ),
    "LC203": Case(
        lambda: context(
            c_facts(dynamic_elf(version_needs=(VersionNeed("libc.so.6", "GLIBC_2.3", True),))), FULL
        ),
        lambda: context(c_facts(dynamic_elf()), FULL),
    ),
    "LC204": Case(
        lambda: relr("GLIBC_2.34", "GLIBC_ABI_DT_RELR", minimum="2.36"),
        lambda: relr("GLIBC_2.38", "GLIBC_ABI_DT_RELR", minimum="2.38"),
    ),
    "LC205": Case(
        lambda: context(cgo_facts(NET), (FULL, OLD_CXX)),
        lambda: context(cgo_facts(NET), (FULL, TOO_OLD)),
    ),
    "LC301": Case(
        lambda: on_scratch("net/http.(*Client).do"), lambda: on_full("net/http.(*Client).do")
    ),
    "LC302": Case(lambda: on_scratch("time.LoadLocation"), lambda: on_full("time.LoadLocation")),
    "LC303": Case(lambda: on_scratch("os/user.Current"), lambda: on_full("os/user.Current")),
    "LC304": Case(lambda: on_scratch("os.CreateTemp"), lambda: on_full("os.CreateTemp")),
    "LC305": Case(lambda: on_scratch("os/exec.Command"), lambda: on_full("os/exec.Command")),
    "LC306": Case(
        lambda: context(cgo_facts(markers=("plugin.Open",)), FULL),
        lambda: context(cgo_facts(), FULL),
    ),
    "LC307": Case(
        lambda: built_with(resolver="cgo", settings=(("-tags", "netcgo"),)),
        lambda: built_with(resolver="go", settings=(("-tags", "netgo"),)),
    ),
    "LC308": Case(
        lambda: built_with(settings=(("GOAMD64", "v3"),)),
        lambda: built_with(settings=(("GOAMD64", "v1"),)),
    ),
    "LC401": Case(
        lambda: context(cgo_facts(NET, USER), (ALPINE, NO_LOADER)),
        lambda: context(cgo_facts(NET, SQLITE), (ALPINE, NO_LOADER)),
    ),
    "LC402": Case(
        lambda: context(cgo_facts(NET, SQLITE), (ALPINE, NO_LOADER)),
        lambda: context(cgo_facts(NET, USER), (ALPINE, NO_LOADER)),
    ),
    "LC403": Case(
        lambda: built_with(settings=(("-race", "true"),)),
        lambda: built_with(settings=(("-race", "false"),)),
    ),
    "LC404": Case(
        lambda: built_with(deps=(Module("github.com/mattn/go-sqlite3", "v1.14.22"),)),
        lambda: built_with(
            deps=(Module("github.com/mattn/go-sqlite3", "v1.14.22"),),
            settings=(("CGO_ENABLED", "1"),),
        ),
    ),
    "LC405": Case(
        lambda: built_with(version="go1.21.13"), lambda: built_with(version="devel go1.28-abc")
    ),
    "LC406": Case(
        lambda: on_scratch("plugin.Open"),
        lambda: context(cgo_facts(markers=("plugin.Open",)), FULL),
    ),
    "LC407": Case(lambda: built_with(version=None, functions_read=False), built_with),
    "LC408": Case(lambda: context(facts(dynamic_elf()), FULL), lambda: context(PIE, FULL)),
}
