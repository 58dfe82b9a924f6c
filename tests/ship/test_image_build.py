"""`image build` without an engine: what is added to a base, what stays, and what is refused."""

from __future__ import annotations

import json
import os
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from linkcheck.errors import BadRootError, NotAsPredictedError, UsageError
from linkcheck.model.image import BuiltImages
from linkcheck.pipeline.image import Request, build_images
from linkcheck.run.bubblewrap import BubblewrapRunner
from linkcheck.run.observation import refused_by_kernel
from tests.ship.baseimages import folder, layout, link, members, opened, tar

pytestmark = pytest.mark.go
PASSWD = b"root:x:0:0:root:/root:/bin/sh\nnobody:x:99:98:nobody:/:/bin/false\n"
CA = {"etc/ssl/certs/ca-certificates.crt": b"a certificate"}
Build = Callable[..., BuiltImages]


@pytest.fixture
def hello(build_fixture: Callable[..., Path]) -> Path:
    return build_fixture("hello", CGO_ENABLED="0", GOARCH="amd64")


@pytest.fixture
def https(build_fixture: Callable[..., Path]) -> Path:
    return build_fixture("httpsget", CGO_ENABLED="0", GOARCH="amd64")


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """`build(*programs, ...)`: images in the layout tmp_path / "out", not started."""

    def run(
        *programs: Path, output: str = "", environ: dict[str, str] | None = None, **wanted: object
    ) -> BuiltImages:
        given: Any = {"base": "scratch", "verify": False, **wanted}
        request = Request(programs, output or f"oci-dir:{tmp_path / 'out'}")
        return build_images(request._replace(**given), os.environ if environ is None else environ)

    return run


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def test_on_scratch_it_holds_the_program_and_its_user(hello: Path, build: Build, out: Path) -> None:
    (image,) = build(hello).images
    found = opened(out)
    (layer,) = found["layers"]
    assert list(members(layer)) == ["app", "etc", "etc/group", "etc/passwd"]
    assert all((m.uid, m.gid, m.mtime) == (0, 0, 0) for m in members(layer).values())
    config = found["config"]["config"]
    assert (config["Entrypoint"], config["User"]) == (["/app"], "65532:65532")
    assert config["Labels"]["org.opencontainers.image.title"] == "hello"
    assert (image.verdict.answer, image.digest) == ("runs", found["digest"])
    assert image.size == sum(len(text) for text in map(_raw, _blobs(out)))


def _blobs(place: Path) -> list[Path]:
    return sorted((place / "blobs" / "sha256").iterdir())


def _raw(path: Path) -> bytes:
    return path.read_bytes()


def test_equal_input_gives_an_equal_digest_and_equal_bytes(
    hello: Path, build: Build, tmp_path: Path
) -> None:
    one, other = (
        build(hello, output=f"oci-archive:{tmp_path / name}", environ={"SOURCE_DATE_EPOCH": "5"})
        for name in ("one", "other")
    )
    assert one.digest == other.digest
    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()
    assert build(hello).digest != one.digest


def test_layers_of_the_base_stay_byte_for_byte_and_its_settings_are_extended(
    hello: Path, build: Build, out: Path, tmp_path: Path
) -> None:
    config = {
        "Env": ["PATH=/x", "KEEP=1"],
        "Cmd": ["/bin/sh"],
        "Labels": {"own": "yes"},
        "WorkingDir": "/srv",
        "OnBuild": ["RUN x"],
        "User": "nobody",
    }
    lower = [tar(files={"etc/passwd": PASSWD}), tar(files={"data": b"x"})]
    ref = layout(tmp_path / "base", lower, config)
    (image,) = build(hello, base=ref, env=("KEEP=2", "NEW=3"), labels=("a=b=c",)).images
    base, found = opened(tmp_path / "base"), opened(out)
    assert found["manifest"]["layers"][:2] == base["manifest"]["layers"]
    assert found["layers"][:2] == base["layers"]
    assert [h["created_by"] for h in found["config"]["history"]] == [
        "layer 0",
        "layer 1",
        "linkcheck image build",
    ]
    inner = found["config"]["config"]
    assert inner["Env"] == ["PATH=/x", "KEEP=2", "NEW=3"]
    assert (inner["User"], inner["WorkingDir"]) == ("99:98", "/srv")
    assert inner["Labels"] | {"own": "yes", "a": "b=c"} == inner["Labels"]
    assert inner["Labels"]["org.opencontainers.image.base.digest"] == base["digest"]
    assert "Cmd" not in inner and "OnBuild" not in inner
    assert image.layers == 3


def test_the_layer_goes_where_links_of_the_base_lead_and_keeps_its_folders(
    https: Path, build: Build, out: Path, tmp_path: Path
) -> None:
    lower = tar(
        folder("etc", 0o750, 7),
        folder("usr"),
        folder("usr/ssl", 0o700, 8),
        link("etc/ssl", "../usr/ssl"),
    )
    source = layout(tmp_path / "source", [tar(files=CA)])
    build(https, base=layout(tmp_path / "base", [lower]), sources=(source,))
    added = members(opened(out)["layers"][1])
    assert "usr/ssl/certs/ca-certificates.crt" in added
    assert not any(name.startswith("etc/ssl") for name in added)
    told = {name: (m.mode, m.uid, m.mtime) for name, m in added.items() if m.isdir()}
    assert told["etc"] == (0o750, 7, 77)
    assert told["usr/ssl"] == (0o700, 8, 77)


def test_what_the_base_has_is_not_added(https: Path, build: Build, tmp_path: Path) -> None:
    base = layout(tmp_path / "base", [tar(files={**CA, "etc/passwd": PASSWD})])
    (image,) = build(https, base=base).images
    assert [piece.path for piece in image.added] == ["/app"]


def test_what_nobody_has_is_asked_for_and_left_out_by_force(https: Path, build: Build) -> None:
    with pytest.raises(UsageError, match=r"needs CA bundle, which scratch has not: .*--from"):
        build(https)
    (image,) = build(https, force=True).images
    assert [left.what for left in image.left_out] == ["CA bundle"]
    assert image.verdict.answer == "degraded"


def test_temporary_files_get_a_folder(
    build_fixture: Callable[..., Path], build: Build, out: Path
) -> None:
    build(build_fixture("tmpfile", CGO_ENABLED="0", GOARCH="amd64"))
    assert members(opened(out)["layers"][0])["tmp"].mode == 0o1777


def test_a_program_that_fails_on_the_base_is_refused_with_the_fix(
    build_fixture: Callable[..., Path], build: Build, out: Path
) -> None:
    with pytest.raises(UsageError, match=r"would not start: scratch: loader .*CGO_ENABLED=0"):
        build(build_fixture("httpsget", CGO_ENABLED="1", GOARCH="amd64"))
    assert not out.exists()


@pytest.mark.parametrize("system", ["darwin", "windows"])
def test_a_program_for_another_system_is_refused_with_the_fix_told_once(
    system: str, build_fixture: Callable[..., Path], build: Build
) -> None:
    program = build_fixture("hello", CGO_ENABLED="0", GOOS=system, GOARCH="arm64")
    with pytest.raises(UsageError, match="build with GOOS=linux") as raised:
        build(program)
    assert str(raised.value).count("GOOS=linux") == 1


def test_the_mode_and_the_name_of_the_file_do_not_change_its_layer(
    hello: Path, build: Build, out: Path, tmp_path: Path
) -> None:
    build(hello)
    before = opened(out)["layers"]
    other = tmp_path / os.fsdecode(b"\xff name")
    other.write_bytes(hello.read_bytes())
    other.chmod(0o770)
    build(other, force=True)
    assert opened(out)["layers"] == before
    labels = opened(out)["config"]["config"]["Labels"]
    assert labels["org.opencontainers.image.title"] == "? name"


def test_several_platforms_make_one_index(
    hello: Path, build_fixture: Callable[..., Path], build: Build, out: Path
) -> None:
    arm = build_fixture("hello", CGO_ENABLED="0", GOARCH="arm", GOARM="7")
    built = build(hello, arm)
    (top,) = json.loads((out / "index.json").read_text())["manifests"]
    assert top["digest"] == built.digest
    index = json.loads((out / "blobs" / built.digest.replace(":", "/")).read_text())
    assert [entry["platform"] for entry in index["manifests"]] == [
        {"os": "linux", "architecture": "amd64"},
        {"os": "linux", "architecture": "arm", "variant": "v7"},
    ]
    assert {entry["digest"] for entry in index["manifests"]} == {i.digest for i in built.images}
    assert build(arm, hello, force=True).digest == built.digest


def test_two_programs_for_one_platform_are_refused(hello: Path, https: Path, build: Build) -> None:
    with pytest.raises(UsageError, match="are both for linux/amd64"):
        build(hello, https)


def test_the_base_is_looked_up_by_platform(
    hello: Path, build_fixture: Callable[..., Path], build: Build, tmp_path: Path
) -> None:
    arm = build_fixture("hello", CGO_ENABLED="0", GOARCH="arm64")
    both = layout(tmp_path / "both", [tar(files=CA)], platforms=("linux/arm64", "linux/amd64"))
    assert len(build(hello, arm, base=both).images) == 2
    one = layout(tmp_path / "one", [tar(files=CA)], platforms=("linux/arm64", "linux/386"))
    with pytest.raises(
        BadRootError, match="no image for linux/amd64, only for linux/arm64, linux/386"
    ):
        build(hello, base=one, force=True)


def test_a_base_for_another_machine_is_refused(hello: Path, build: Build, tmp_path: Path) -> None:
    place = tmp_path / "base"
    layout(place, [tar(files=CA)], platforms=("linux/arm64",))
    index = json.loads((place / "index.json").read_text())
    del index["manifests"][0]["platform"]
    (place / "index.json").write_text(json.dumps(index))
    with pytest.raises(UsageError, match=r"is for linux/amd64, .* for linux/arm64"):
        build(hello, base=f"oci-dir:{place}")


@pytest.mark.parametrize("output", ["docker-archive:x.tar", "image:x"])
def test_one_place_for_one_platform_takes_no_index(
    output: str, hello: Path, build_fixture: Callable[..., Path], build: Build
) -> None:
    arm = build_fixture("hello", CGO_ENABLED="0", GOARCH="arm64")
    with pytest.raises(UsageError, match="holds one platform alone"):
        build(hello, arm, output=output)


def test_a_layer_that_is_not_the_one_of_its_digest_is_refused(
    hello: Path, build: Build, tmp_path: Path
) -> None:
    place = tmp_path / "base"
    ref = layout(place, [tar(files=CA)], packed=False)
    digest = opened(place)["manifest"]["layers"][0]["digest"]
    blob = place / "blobs" / digest.replace(":", "/")
    blob.write_bytes(blob.read_bytes().replace(b"a certificate", b"another thing"))
    with pytest.raises(BadRootError, match="layer 1 is not the one of its digest"):
        build(hello, base=ref)


@pytest.mark.parametrize(
    "config", [{"Env": "x"}, {"Env": [1]}, {"Labels": {"a": 1}}, {"User": ["x"]}, {"User": "a\0b"}]
)
def test_a_configuration_of_other_types_is_refused(
    config: dict[str, object], hello: Path, build: Build, tmp_path: Path
) -> None:
    with pytest.raises(BadRootError, match="of its configuration is not what"):
        build(hello, base=layout(tmp_path / "base", [tar(files=CA)], config))


@pytest.mark.parametrize("member", [folder("app"), folder("app/deep")])
def test_a_folder_where_the_program_goes_is_refused(
    member: tarfile.TarInfo, hello: Path, build: Build, tmp_path: Path
) -> None:
    with pytest.raises(BadRootError, match="/app: the base has something else there"):
        build(hello, base=layout(tmp_path / "base", [tar(member)]))


def test_links_of_a_base_never_lead_out_of_the_layer(
    https: Path, build: Build, out: Path, tmp_path: Path
) -> None:
    lower = tar(
        folder("etc"), link("etc/ssl", "../../../../tmp/evil"), folder("tmp"), folder("tmp/evil")
    )
    source = layout(tmp_path / "source", [tar(files=CA)])
    build(https, base=layout(tmp_path / "base", [lower]), sources=(source,))
    assert "tmp/evil/certs/ca-certificates.crt" in members(opened(out)["layers"][1])


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (("ENTRYPOINT /app",), "the shell form needs /bin/sh, which the image has not"),
        (('ENTRYPOINT ["/nowhere"]',), "would not start: exec: .* no such file"),
        (("USER ghost",), "no such user"),
        (("USER 0:ghost",), "unable to find group ghost: no matching entries in group file"),
        (("RUN ls",), "RUN: an image can't be changed by that: use CMD, ENTRYPOINT"),
    ],
)
def test_changes_that_would_break_the_start_are_refused(
    changes: tuple[str, ...], said: str, hello: Path, build: Build, out: Path
) -> None:
    with pytest.raises(UsageError, match=said):
        build(hello, changes=changes)
    assert not out.exists()


def test_where_it_does_not_start_nothing_is_left(
    hello: Path, build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bwrap: None
) -> None:
    refused = refused_by_kernel("/app", "No such file or directory")
    monkeypatch.setattr(BubblewrapRunner, "start", lambda *_, **__: refused)
    with pytest.raises(NotAsPredictedError, match="does not start in the image"):
        build(hello, verify=None)
    assert list(tmp_path.iterdir()) == []


def test_it_is_started_in_its_own_files_with_its_arguments(
    hello: Path, build: Build, bwrap: None
) -> None:
    (image,) = build(hello, verify=True, changes=("WORKDIR /made/by/runtimes",)).images
    assert image.trial is not None
    assert (image.trial.observed, image.trial.agrees) == ("started", True)
