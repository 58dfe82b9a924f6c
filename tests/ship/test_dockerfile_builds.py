"""Dockerfiles that are printed are built, and their images started: no registry, no network."""

from __future__ import annotations

import functools
import http.server
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from linkcheck.binary import read_facts
from linkcheck.engine.engine import Engine
from tests.build.modproxy import publish
from tests.conftest import FIXTURES
from tests.ship.modules import alone, replaced, two_mains, vendored, workspace
from tests.ship.shipped import built, gated, hadolint, said_by, shipped, write
from tools.testbed.standins import STAND_INS, stand_ins

Build = Callable[..., Path]
pytestmark = [pytest.mark.docker, pytest.mark.go, pytest.mark.usefixtures("names")]


@pytest.fixture(scope="session")
def names() -> Iterator[None]:
    """The images that printed files name."""
    try:
        with stand_ins(STAND_INS):
            yield
    except LookupError as error:
        pytest.skip(str(error))


@pytest.mark.parametrize(
    ("fixture", "base", "said"),
    [
        ("hello", None, "hello"),
        ("users", "scratch", "nonroot"),
        ("tz", "scratch", "CEST"),
        ("tmpfile", "scratch", "/tmp/"),
        ("tmpfile", "alpine:3.23", "/tmp/"),
    ],
)
def test_the_image_of_a_program_builds_without_buildkit_and_starts(
    fixture: str, base: str | None, said: str, build_fixture: Build, tmp_path: Path
) -> None:
    shutil.copy(build_fixture(fixture), tmp_path / fixture)
    write(shipped(tmp_path / fixture, base), tmp_path)
    with built(["docker", "build"], tmp_path, DOCKER_BUILDKIT="0") as tag:
        assert said in said_by(tag)


def test_a_program_that_only_its_owner_may_start_is_started_by_the_numeric_user(
    build_fixture: Build, buildx: list[str], tmp_path: Path
) -> None:
    program = Path(shutil.copy(build_fixture("hello"), tmp_path / "hello"))
    program.chmod(0o700)
    write(shipped(program), tmp_path)
    with built([*buildx, "build", "--load"], tmp_path) as tag:
        assert "hello" in said_by(tag)


@pytest.mark.parametrize(
    ("fixture", "base", "said"),
    [
        ("users", "scratch", "nonroot"),
        ("tmpfile", "scratch", "/tmp/"),
        ("tz", "scratch", "CEST"),
        ("httpsget", "scratch", ""),
        ("tz", None, "CEST"),
        ("cgomath", None, "combine(27, 2)"),
        ("cgomath", "gcr.io/distroless/base-debian12", "combine(27, 2)"),
        ("cgomath", "debian:13-slim", "combine(27, 2)"),
    ],
)
def test_the_image_from_source_builds_and_starts(
    fixture: str, base: str | None, said: str, buildx: list[str], tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(FIXTURES / fixture, tmp_path / "src"))
    place = write(shipped(folder, base), folder)
    hadolint(place)
    gated(place)
    with built([*buildx, "build", "--load", "--network", "none"], folder) as tag:
        if fixture == "httpsget":  # it wants a server, and says so; its certificates are there
            assert CA in files_of(tag)
        else:
            assert said in said_by(tag)
        assert configured(tag, "User") in ("65532:65532", "65534:65534")
        assert configured(tag, "Entrypoint") == "[/app]"


CA = "etc/ssl/certs/ca-certificates.crt"


@pytest.mark.parametrize(
    ("layout", "said"),
    [
        (alone, "alone"),
        (replaced, "from the library"),
        (workspace, "from the library"),
        (vendored, "from the library"),
    ],
)
def test_every_layout_of_modules_builds_from_the_context_that_is_told(
    layout: Callable[[Path], Path], said: str, buildx: list[str], tmp_path: Path
) -> None:
    folder = layout(tmp_path)
    made = shipped(folder)
    place = write(made, folder, "Dockerfile")
    context = tmp_path  # where .dockerignore lies
    (context / ".dockerignore").write_text(made.ignore)
    if folder == context:
        gated(place)
    command = [*buildx, "build", "--load", "--network", "none", "-f", str(place)]
    with built(command, context) as tag:
        assert said in said_by(tag)


def test_c_is_linked_in_with_musl_by_an_image_that_has_it(
    buildx: list[str], engine: Engine, tmp_path: Path
) -> None:
    image = "linkcheck-test/golang-musl"
    if engine.image(image) is None:
        pytest.skip(f"the engine has no {image}: `python -m tools.testbed images` makes it")
    folder = Path(shutil.copytree(FIXTURES / "cgomath", tmp_path / "src"))
    wishes = {"builder": "auto", "image": image, "recipe": "musl-static"}
    place = write(shipped(folder, "scratch", **wishes), folder)
    with built([*buildx, "build", "--load", "--network", "none"], folder) as tag:
        assert "combine(27, 2)" in said_by(tag)
    assert "FROM scratch" in place.read_text()


def test_one_of_several_programs_is_built(buildx: list[str], tmp_path: Path) -> None:
    folder = two_mains(tmp_path)
    write(shipped(folder, mains=("two",)), folder)
    with built([*buildx, "build", "--load", "--network", "none"], folder) as tag:
        assert said_by(tag).strip() == "two"


@pytest.mark.parametrize(
    ("platform", "expected"),
    [("linux/arm64", "linux/arm64"), ("linux/arm/v7", "linux/arm"), ("linux/amd64", "linux/amd64")],
)
def test_source_is_compiled_for_the_platform_of_the_build(
    platform: str, expected: str, buildx: list[str], tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(FIXTURES / "rng", tmp_path / "src"))
    write(shipped(folder), folder)
    out = tmp_path / "out"
    command = [*buildx, "build", "--platform", platform, "--output", f"type=local,dest={out}"]
    subprocess.run([*command, str(folder)], check=True, capture_output=True)
    facts = read_facts(out / "app")
    assert facts.platform.startswith(expected)
    assert facts.go is not None
    if platform == "linux/arm/v7":
        assert facts.go.setting("GOARM") == "7"


def test_a_cgo_recipe_never_ends_as_a_program_for_another_cpu(
    buildx: list[str], tmp_path: Path
) -> None:
    """Here the engine has the compiler's image for its own CPU alone: the build says so."""
    folder = Path(shutil.copytree(FIXTURES / "cgomath", tmp_path / "src"))
    write(shipped(folder, "debian:13-slim"), folder)
    out = tmp_path / "out"
    command = [*buildx, "build", "--platform", "linux/arm64"]
    done = subprocess.run(
        [*command, "--output", f"type=local,dest={out}", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0 or read_facts(out / "app").platform == "linux/arm64"


@pytest.fixture
def proxy(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A module proxy in a folder, and its address."""
    folder = tmp_path / "proxy"
    folder.mkdir()
    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield folder, f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments: object) -> None:
        """Requests are of no interest."""


def test_modules_come_from_the_proxy_that_the_build_is_told(
    proxy: tuple[Path, str],
    buildx: list[str],
    go_toolchain: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder, address = proxy
    text = 'package lib\n\nconst Name = "from the proxy"\n'
    publish(
        folder, "example.com/lib", "v1.0.0", {"go.mod": "module example.com/lib\n", "l.go": text}
    )
    main = 'package main\n\nimport "example.com/lib"\n\nfunc main() { println(lib.Name) }\n'
    source = tmp_path / "app"
    source.mkdir()
    (source / "go.mod").write_text(
        "module example.com/app\n\ngo 1.21\n\nrequire example.com/lib v1.0.0\n"
    )
    (source / "main.go").write_text(main)
    told_of(address, monkeypatch, tmp_path)
    subprocess.run([go_toolchain, "mod", "tidy"], cwd=source, check=True)
    place = write(shipped(source), source)
    hadolint(place)
    with built([*buildx, "build", "--load", *through(address)], source) as tag:
        assert "from the proxy" in said_by(tag)


def test_a_program_of_a_module_proxy_is_built_for_this_and_another_platform(
    proxy: tuple[Path, str], buildx: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, address = proxy
    main = 'package main\n\nfunc main() { println("hi") }\n'
    files = {"go.mod": "module example.com/tool\n", "cmd/greet/main.go": main}
    publish(folder, "example.com/tool", "v1.2.3", files)
    told_of(address, monkeypatch, tmp_path)
    empty = tmp_path / "empty"
    empty.mkdir()
    write(shipped("example.com/tool/cmd/greet"), empty)
    with built([*buildx, "build", "--load", *through(address)], empty) as tag:
        assert "hi" in said_by(tag)
    other = ["--platform", "linux/arm64", "--output", f"type=local,dest={tmp_path / 'out'}"]
    subprocess.run([*buildx, "build", *other, *through(address), str(empty)], check=True)
    assert read_facts(tmp_path / "out" / "app").platform == "linux/arm64"


def told_of(address: str, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    settings = {"GOPROXY": address, "GOSUMDB": "off", "GOFLAGS": "-modcacherw"}
    for name, value in {**settings, "GOMODCACHE": str(folder / "modules")}.items():
        monkeypatch.setenv(name, value)


def through(address: str) -> list[str]:
    arguments = [f"GOPROXY={address}", "GOSUMDB=off"]
    return ["--network", "host", *(word for a in arguments for word in ("--build-arg", a))]


def configured(tag: str, key: str) -> str:
    asked = ["docker", "image", "inspect", "--format", f"{{{{.Config.{key}}}}}", tag]
    return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()


def files_of(tag: str) -> list[str]:
    made = subprocess.run(["docker", "create", tag], capture_output=True, text=True, check=True)
    container = made.stdout.strip()
    try:
        packed = subprocess.run(["docker", "export", container], capture_output=True, check=True)
        listed = subprocess.run(["tar", "-t"], input=packed.stdout, capture_output=True, check=True)
        return listed.stdout.decode().splitlines()
    finally:
        subprocess.run(["docker", "rm", container], capture_output=True, check=True)
