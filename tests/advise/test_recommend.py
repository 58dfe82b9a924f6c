"""The smallest base that suffices, and the ways to a smaller one."""

from __future__ import annotations

from linkcheck.advise import judge, needs_of, recommend
from linkcheck.model.facts import BinaryFacts, CgoPackage
from linkcheck.model.provides import UNKNOWN, BaseImage
from linkcheck.model.verdicts import LoadResult, Recommendation
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
    facts,
    go,
    refusal,
)

ALPINES = tuple(base(f"alpine:3.{n}", libc="musl", size=8_000_000) for n in range(20, 25))
STATIC = base(
    "gcr.io/distroless/static-debian13",
    ca_bundle="/etc/ssl/certs/ca-certificates.crt",
    tzdata="/usr/share/zoneinfo",
    users=("root",),
    tmp="/tmp",
    size=2_000_000,
)


def advise(
    program: BinaryFacts, *candidates: BaseImage | tuple[BaseImage, LoadResult]
) -> Recommendation | None:
    needs = needs_of(program)
    pairs = [c if not isinstance(c, BaseImage) else (c, LoadResult()) for c in candidates]
    return recommend(
        program, needs, [(image, judge(program, needs, image, load)) for image, load in pairs]
    )


def test_a_static_program_that_wants_nothing_gets_scratch_and_no_alternative() -> None:
    found = advise(facts(), debian(), STATIC, base())
    assert found == Recommendation("scratch", ("the program needs nothing from the image",))


def test_the_smallest_that_runs_as_is_wins_and_files_are_an_alternative() -> None:
    program = facts(go_facts=go("net/http.(*Client).do", "time.LoadLocation"))
    found = advise(program, debian(), base(), STATIC)
    assert found == Recommendation(
        STATIC.ref,
        ("scratch: it starts, but there are no CA certificates or time zones",),
        alternatives=("scratch + CA bundle + zoneinfo",),
    )


def test_smaller_bases_that_fall_for_one_reason_are_told_together() -> None:
    found = advise(cgo_facts(NET), debian(), *((image, NO_LOADER) for image in ALPINES))
    assert found is not None
    assert found.base == "debian:13-slim"
    assert found.because == (
        "alpine:3.20, alpine:3.21, alpine:3.22 and 2 more: "
        "loader /lib64/ld-linux-x86-64.so.2 is not in the image",
    )


def test_go_s_own_packages_are_named_as_the_only_users_of_c() -> None:
    one = advise(cgo_facts(NET), (base(), NO_LOADER), debian())
    two = advise(cgo_facts(NET, USER), (base(), NO_LOADER), debian())
    assert one is not None and two is not None
    assert one.alternatives == ("build with CGO_ENABLED=0 (net is the only user of C) -> scratch",)
    assert two.alternatives == (
        "build with CGO_ENABLED=0 (net and os/user are the only users of C) -> scratch",
    )


def test_a_static_build_still_needs_its_files_to_come_along() -> None:
    program = cgo_facts(NET, markers=("net/http.(*Client).do",))
    found = advise(program, (base(), NO_LOADER), debian(ca_bundle="/etc/ssl/cert.pem"))
    assert found is not None
    assert found.alternatives[0].endswith("-> scratch + CA bundle")


def test_a_module_that_calls_c_is_named_with_its_version() -> None:
    found = advise(cgo_facts(NET, SQLITE), (base(), NO_LOADER), debian())
    assert found is not None
    assert found.alternatives == (
        "replace github.com/mattn/go-sqlite3 v1.14.22 or link statically against musl -> scratch",
    )


def test_the_program_s_own_c_code_is_called_so() -> None:
    own = CgoPackage("main", ("cos",), "example.com/app")
    found = advise(cgo_facts(own), (base(), NO_LOADER), debian())
    assert found is not None
    assert found.alternatives[0].startswith("replace the program's own C code or link statically")


def test_a_pie_without_libraries_is_told_to_drop_the_build_mode() -> None:
    program = facts(dynamic_elf(needed=(), version_needs=(), linkage="dynamic-pie"))
    found = advise(program, (base(), NO_LOADER), debian())
    assert found is not None
    assert found.alternatives == ("build without -buildmode=pie -> scratch",)


def test_an_older_glibc_is_an_alternative_where_that_alone_is_in_the_way() -> None:
    old = debian("11", "2.31", size=70_000_000)
    found = advise(c_facts(dynamic_elf()), (old, TOO_OLD), debian())
    assert found is not None
    assert found.base == "debian:13-slim"
    assert (
        "build on glibc <= 2.31 or with `zig cc -target x86_64-linux-gnu.2.31` -> debian:11-slim"
        in found.alternatives
    )


def test_a_base_of_unknown_size_comes_last() -> None:
    found = advise(facts(), sizeless(base("dir:/r")), debian())
    assert found is not None and found.base == "debian:13-slim"


def test_where_none_runs_as_is_the_smallest_that_files_mend_is_named_with_them() -> None:
    program = facts(go_facts=go("net/http.(*Client).do"))
    found = advise(program, debian(), base())
    assert found is not None
    assert (found.base, found.add) == ("scratch", ("ca-certificates",))


def test_where_only_libraries_are_missing_they_are_what_to_add() -> None:
    gone = refusal("library", "libseccomp.so.2", "libseccomp.so.2 is not in the image")
    found = advise(cgo_facts(SQLITE), (base(), NO_LOADER), (debian(), gone))
    assert found is not None
    assert (found.base, found.add) == ("debian:13-slim", ("libseccomp.so.2",))


def test_a_base_without_packages_is_not_named_for_libraries_to_add() -> None:
    gone = refusal("library", "libseccomp.so.2", "libseccomp.so.2 is not in the image")
    busybox = base("busybox:glibc", libc="glibc", size=2_000_000)
    found = advise(cgo_facts(SQLITE), (busybox, gone), (debian(), gone))
    assert found is not None
    assert found.base == "debian:13-slim"
    assert found.because == ("busybox:glibc, debian:13-slim: libseccomp.so.2 is not in the image",)


def test_a_library_is_not_enough_where_glibc_is_too_old_as_well() -> None:
    gone = refusal("library", "libseccomp.so.2", "libseccomp.so.2 is not in the image")
    old = debian("11", "2.31", size=70_000_000)
    assert advise(cgo_facts(SQLITE), (old, gone)) is None


def test_nothing_is_recommended_where_nothing_helps() -> None:
    elsewhere = refusal("platform", "freebsd/amd64", "freebsd/amd64: no Linux image runs it")
    assert advise(facts(platform="freebsd/amd64"), (base(), elsewhere)) is None
    assert advise(cgo_facts(NET), (base(), NO_LOADER)) is None
    assert advise(facts()) is None


def test_an_unknown_verdict_is_never_recommended() -> None:
    program = facts(go_facts=go("time.LoadLocation"))
    found = advise(program, base(tzdata=UNKNOWN), debian())
    assert found is not None
    assert found.base == "debian:13-slim"
    assert found.because[0].startswith("scratch: it starts, but whether")


def sizeless(image: BaseImage) -> BaseImage:
    return image._replace(provides=image.provides._replace(size=UNKNOWN))
