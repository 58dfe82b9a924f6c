"""`module/path@version` through the user's GOPROXY, here one of files that are written here."""

from __future__ import annotations

import os
import re
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from linkcheck.build import docker as module
from linkcheck.build.builder import Builder, BuiltBinary, NotBuilt, Outcome
from linkcheck.build.docker import DockerBuilder
from linkcheck.build.goenv import proxy_folders
from linkcheck.build.invocation import Call
from linkcheck.build.local import LocalBuilder
from linkcheck.build.platforms import Platform
from linkcheck.build.recipes import select_recipes
from linkcheck.build.remote import parse_remote
from linkcheck.build.source import locate
from linkcheck.engine.engine import Image, connect
from tests.build.modproxy import publish

TOOL = "example.com/linkcheck-test/tool"
DEPENDENCY = "example.com/linkcheck-test/greeting"
GO_MOD = f"module {TOOL}\n\ngo 1.21\n\nrequire {DEPENDENCY} v1.0.0\n"
MAIN = f'package main\n\nimport "{DEPENDENCY}"\n\nfunc main() {{ println(greeting.Text) }}\n'


@pytest.fixture
def proxy(tmp_path: Path) -> Path:
    folder = tmp_path / "module proxy"
    files = {"go.mod": f"module {DEPENDENCY}\n", "g.go": 'package greeting\n\nconst Text = "hi"\n'}
    publish(folder, DEPENDENCY, "v1.0.0", files)
    # what `go mod tidy` writes for the one above; the zip is made the same way every time
    total = _go_sum(folder, tmp_path)
    publish(folder, TOOL, "v1.2.3", {"go.mod": GO_MOD, "go.sum": total, "cmd/greet/main.go": MAIN})
    return folder


def _go_sum(proxy: Path, tmp_path: Path) -> str:
    """The two lines of go.sum, by the hash that go.dev/ref/mod#go-sum-files defines."""
    import base64  # noqa: PLC0415
    import hashlib  # noqa: PLC0415
    import zipfile  # noqa: PLC0415

    def h1(files: dict[str, bytes]) -> str:
        lines = "".join(
            f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files)
        )
        return "h1:" + base64.b64encode(hashlib.sha256(lines.encode()).digest()).decode()

    versions = proxy / DEPENDENCY / "@v"
    with zipfile.ZipFile(versions / "v1.0.0.zip") as archive:
        whole = {name: archive.read(name) for name in archive.namelist()}
    mod = {"go.mod": (versions / "v1.0.0.mod").read_bytes()}
    return f"{DEPENDENCY} v1.0.0 {h1(whole)}\n{DEPENDENCY} v1.0.0/go.mod {h1(mod)}\n"


@pytest.fixture
def environ(proxy: Path) -> dict[str, str]:
    return {
        **os.environ,
        "GOPROXY": proxy.as_uri(),
        "GONOSUMDB": "example.com/linkcheck-test",
        "GOFLAGS": "-modcacherw",
        "GOENV": "off",
    }


@pytest.fixture
def local(environ: dict[str, str], go_toolchain: Path, tmp_path: Path) -> LocalBuilder:
    path = f"{go_toolchain.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    modules = str(tmp_path / "modules")
    return LocalBuilder(environ={**environ, "PATH": path, "GOMODCACHE": modules})


@pytest.fixture
def container(environ: dict[str, str], golang: Image) -> Iterator[DockerBuilder]:
    builder = DockerBuilder(connect(os.environ), golang, environ=environ)
    yield builder
    builder.close()


def build(builder: Builder, what: str, into: Path, platform: Platform | None = None) -> Outcome:
    remote = parse_remote(what)
    assert remote is not None
    (recipe,) = select_recipes(["cgo-off"])
    return builder.build(recipe, remote, platform or builder.platform, into)


def said_by(outcome: Outcome) -> str:
    assert isinstance(outcome, BuiltBinary), outcome
    shown = subprocess.run([outcome.path], capture_output=True, text=True, check=True)
    return shown.stderr.strip()


@pytest.mark.go
@pytest.mark.parametrize("version", ["", "@v1.2.3", "@latest"])
def test_a_module_of_a_file_system_proxy_is_built_locally(
    local: LocalBuilder, go_toolchain: Path, tmp_path: Path, version: str
) -> None:
    outcome = build(local, f"{TOOL}/cmd/greet{version}", tmp_path / "out")
    assert said_by(outcome) == "hi"
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["greet"]
    shown = subprocess.run(
        [go_toolchain, "version", "-m", tmp_path / "out" / "greet"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert re.search(rf"mod\s+{TOOL}\s+v1\.2\.3", shown), "the version is told, as by go install"


@pytest.mark.docker
def test_the_proxys_folder_is_shown_to_the_container(
    container: DockerBuilder, tmp_path: Path
) -> None:
    assert said_by(build(container, f"{TOOL}/cmd/greet@v1.2.3", tmp_path / "out")) == "hi"


@pytest.mark.go
def test_another_platform_is_installed_as_well(local: LocalBuilder, tmp_path: Path) -> None:
    other = Platform("linux", "arm64" if local.platform.arch != "arm64" else "amd64")
    outcome = build(local, f"{TOOL}/cmd/greet@v1.2.3", tmp_path / "out", other)
    assert isinstance(outcome, BuiltBinary), outcome


@pytest.mark.docker
def test_another_platform_is_installed_in_the_container_as_well(
    container: DockerBuilder, tmp_path: Path
) -> None:
    other = Platform("linux", "arm64" if container.platform.arch != "arm64" else "amd64")
    outcome = build(container, f"{TOOL}/cmd/greet@v1.2.3", tmp_path / "out", other)
    assert isinstance(outcome, BuiltBinary), outcome


@pytest.mark.docker
def test_a_container_that_can_mount_nothing_is_sent_the_proxy(
    container: DockerBuilder, tmp_path: Path
) -> None:
    container._mountable[Path()] = False
    assert said_by(build(container, f"{TOOL}/cmd/greet@v1.2.3", tmp_path / "out")) == "hi"


@pytest.mark.go
@pytest.mark.parametrize(
    ("what", "cause"),
    [
        (f"{TOOL}/cmd/greet@v9.9.9", "v9.9.9"),
        (f"{TOOL}/cmd/nope@v1.2.3", "does not contain package"),
        (f"{DEPENDENCY}@v1.0.0", "is not a main package"),
    ],
)
def test_what_is_not_there_or_no_program_is_a_row_with_gos_reason(
    local: LocalBuilder, tmp_path: Path, what: str, cause: str
) -> None:
    outcome = build(local, what, tmp_path / "out")
    assert isinstance(outcome, NotBuilt)
    assert outcome.status == "failed"
    assert cause in outcome.cause


@pytest.mark.docker
def test_the_modules_of_a_folder_come_from_the_proxy_too(
    container: DockerBuilder, proxy: Path, tmp_path: Path
) -> None:
    top = tmp_path / "src"
    (top / "cmd" / "greet").mkdir(parents=True)
    (top / "go.mod").write_text(GO_MOD)
    (top / "go.sum").write_text(_go_sum(proxy, tmp_path))
    (top / "cmd" / "greet" / "main.go").write_text(MAIN)
    (recipe,) = select_recipes(["cgo-off"])
    outcome = container.build(recipe, locate(top), container.platform, tmp_path / "out")
    assert said_by(outcome) == "hi"


@pytest.mark.docker
def test_vendored_modules_are_built_with_no_network_and_no_proxy(
    docker_builder: DockerBuilder, tmp_path: Path
) -> None:
    top = tmp_path / "src"
    vendored = top / "vendor" / DEPENDENCY
    vendored.mkdir(parents=True)
    (top / "go.mod").write_text(GO_MOD)
    (top / "main.go").write_text(MAIN)
    (top / "vendor" / "modules.txt").write_text(
        f"# {DEPENDENCY} v1.0.0\n## explicit\n{DEPENDENCY}\n"
    )
    (vendored / "g.go").write_text('package greeting\n\nconst Text = "from vendor"\n')
    (recipe,) = select_recipes(["cgo-off"])
    source = locate(top)
    assert not source.needs_modules
    outcome = docker_builder.build(recipe, source, docker_builder.platform, tmp_path / "out")
    assert said_by(outcome) == "from vendor"


@pytest.mark.docker
@pytest.mark.parametrize("private", [True, False])
def test_credentials_are_in_the_container_only_where_that_was_asked_for(
    golang: Image,
    environ: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    private: bool,
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / ".netrc").write_text("machine example.com login me password s3cret\n")
    agent = socket.socket(socket.AF_UNIX)
    agent.bind(str(home / "agent"))
    look = 'cat $NETRC ~/.netrc; test -S "$SSH_AUTH_SOCK" && echo agent is here; exit 1'
    call = Call(("sh", "-c", look), {}, "/", "/out")
    monkeypatch.setattr(module, "build_call", lambda *_, **__: call)
    builder = DockerBuilder(
        connect(os.environ),
        golang,
        environ={**environ, "HOME": str(home), "SSH_AUTH_SOCK": str(home / "agent")},
        private=private,
    )
    outcome = build(builder, f"{TOOL}/cmd/greet", tmp_path / "out")
    builder.close()
    agent.close()
    assert isinstance(outcome, NotBuilt)
    assert outcome.log_tail.count("s3cret") == (2 if private else 0)
    assert ("agent is here" in outcome.log_tail) is private


@pytest.mark.parametrize(
    ("proxies", "folders"),
    [
        ("https://p.example,direct", ()),
        ("file:///a%20b,https://p|file:///c", ("/a b", "/c")),
        ("file://relative", ()),
        ("", ()),
    ],
)
def test_the_folders_of_a_proxy_list_are_its_file_urls(
    proxies: str, folders: tuple[str, ...]
) -> None:
    assert proxy_folders(proxies) == tuple(map(Path, folders))
