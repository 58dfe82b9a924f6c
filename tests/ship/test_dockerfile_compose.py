"""Compose files that are printed, and the app of examples/coins made and started by one."""

from __future__ import annotations

import shutil
import subprocess
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from linkcheck.errors import UsageError
from linkcheck.pipeline.compiled import Wish
from linkcheck.pipeline.shipping import composed
from linkcheck.ship.compose import Built, Compilation, compose_file
from tests.cli.command import linkcheck
from tests.conftest import FIXTURES, PROJECT
from tests.ship.modules import replaced, two_mains, vendored, workspace
from tests.ship.shipped import hadolint
from tools.dockerfiles import coins
from tools.testbed import golang

HOW = Compilation("golang:1.27.3-bookworm", (), ".", ".", {"CGO_ENABLED": "0"})


def printed(folder: Path, base: str | None = None, **wishes: tuple[str, ...]) -> str:
    wish = Wish(str(folder), base, builder="local", **wishes)  # type: ignore[arg-type]
    return composed(wish, {}, lambda _: None)


@pytest.mark.go
def test_all_programs_of_a_folder_are_compiled_by_one_service(tmp_path: Path) -> None:
    services = yaml.safe_load(printed(two_mains(tmp_path)))["services"]
    assert set(services) == {"compile", "one", "two"}
    (script,) = services["compile"]["command"]
    assert [line.rpartition(" -o ")[2] for line in script.splitlines()[1:]] == [
        "/out/one ./cmd/one",
        "/out/two ./cmd/two",
    ]
    assert services["compile"]["profiles"] == ["compile"]
    for name in ("one", "two"):
        assert services[name]["build"]["context"] == "./bin"
        assert f"COPY {name} /app" in services[name]["build"]["dockerfile_inline"]


@pytest.mark.go
def test_only_the_programs_that_were_named_are_taken(tmp_path: Path) -> None:
    services = yaml.safe_load(printed(two_mains(tmp_path), mains=("two",)))["services"]
    assert set(services) == {"compile", "two"}


@pytest.mark.go
def test_sources_are_mounted_from_where_all_modules_are_seen(tmp_path: Path) -> None:
    compiling = yaml.safe_load(printed(replaced(tmp_path)))["services"]["compile"]
    assert "..:/src:ro" in compiling["volumes"]
    assert compiling["working_dir"] == "/src/app"


@pytest.mark.go
def test_hadolint_has_nothing_to_say_about_the_dockerfiles_inside(tmp_path: Path) -> None:
    for fixture in ("users", "tz", "tmpfile", "httpsget"):
        services = yaml.safe_load(printed(FIXTURES / fixture, "scratch"))["services"]
        place = tmp_path / "Dockerfile"
        place.write_text(services[fixture]["build"]["dockerfile_inline"])
        hadolint(place)


def test_nothing_of_a_program_becomes_a_variable_of_compose() -> None:
    script = ("go build -ldflags '-X main.a=$b'",)
    text = compose_file([Built("app", HOW, script, 'FROM scratch\nLABEL a="\\$HOME"\n')])
    assert text.count("$") == 2 * text.count("$$") == 4


def test_programs_that_are_compiled_differently_have_a_service_each() -> None:
    with_c = HOW._replace(packages=("gcc",), image="golang:1.27.3-alpine3.23")
    text = compose_file([Built("a", HOW, ("true",), ""), Built("b", with_c, ("true",), "")])
    services = yaml.safe_load(text)["services"]
    assert set(services) == {"compile", "compile-b", "a", "b"}
    assert services["compile-b"]["command"][0].startswith("apk add --no-cache gcc\n")
    assert "#   docker compose run --rm compile-b" in text.splitlines()


def test_a_program_called_compile_keeps_its_name() -> None:
    services = yaml.safe_load(compose_file([Built("compile", HOW, ("true",), "")]))["services"]
    assert services["compile"]["build"]["context"] == "./bin"
    assert services["compile-compile"]["profiles"] == ["compile"]


def test_two_programs_of_one_name_are_refused() -> None:
    one = Built("app", HOW, ("true",), "")
    with pytest.raises(UsageError, match="same name"):
        compose_file([one, one._replace(service="App")])


def test_a_finished_program_and_both_kinds_of_file_at_once_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="compiles the programs of a folder"):
        printed(tmp_path / "app")
    done = linkcheck("dockerfile", ".", "--compose", "--dockerignore")
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)


@pytest.mark.go
def test_the_example_holds_what_is_printed_for_it(go_toolchain: Path) -> None:
    said = subprocess.run([go_toolchain, "version"], capture_output=True, text=True, check=True)
    if f"go{golang.VERSION} " not in said.stdout:
        pytest.skip(f"the example was printed with go{golang.VERSION}")
    assert printed(coins.EXAMPLE) == (coins.EXAMPLE / "compose.yaml").read_text()


def test_the_gate_has_nothing_to_say_about_the_example() -> None:
    gate = linkcheck("gate", "--compose", coins.EXAMPLE / "compose.yaml", "--fail-on", "warning")
    assert gate.returncode == 0, gate.stdout + gate.stderr
    assert "0 errors, 0 warnings" in gate.stdout


def test_the_example_serves_random_bytes_by_the_fixture() -> None:
    ours = coins.EXAMPLE / "rng" / "main.go"
    assert ours.read_bytes() == (PROJECT / "fixtures" / "rng" / "main.go").read_bytes()


@pytest.fixture(scope="module")
def compose() -> None:
    """Skips where docker has no such plugin."""
    asked = ["docker", "compose", "version"]
    if subprocess.run(asked, capture_output=True, check=False).returncode != 0:
        pytest.skip("docker has no compose plugin: python -m tools.testbed compose brings one")


@pytest.mark.docker
@pytest.mark.usefixtures("compose", "stand_in_names")
def test_the_example_is_compiled_made_into_images_and_finds_coins() -> None:
    with coins.running() as app:
        first = app.total_after(60)
        assert first["hashes"] > 0
        assert app.total()["hashes"] >= first["hashes"]
        image = ["docker", "image", "inspect", "--format", "{{.Config.User}} {{.Size}}"]
        for name in app.images.values():
            told = subprocess.run([*image, name], capture_output=True, text=True, check=True)
            user, size = told.stdout.split()
            assert user == "65532:65532"
            assert int(size) < 20_000_000


def cgomath(folder: Path) -> Path:
    return Path(shutil.copytree(FIXTURES / "cgomath", folder / "cgomath"))


@pytest.mark.docker
@pytest.mark.go
@pytest.mark.usefixtures("compose", "stand_in_names")
@pytest.mark.parametrize(
    ("layout", "service", "said"),
    [
        (replaced, "app", "from the library"),
        (workspace, "app", "from the library"),
        (vendored, "app", "from the library"),
        (cgomath, "cgomath", "combine(27, 2)"),
    ],
)
def test_every_layout_is_compiled_and_made_into_an_image(
    layout: Callable[[Path], Path], service: str, said: str, tmp_path: Path
) -> None:
    folder = layout(tmp_path)
    (folder / "compose.yaml").write_text(printed(folder))
    project = f"linkcheck-test-{uuid.uuid4().hex[:8]}"
    call = ["docker", "compose", "--project-name", project, "--project-directory", str(folder)]
    try:
        for step in (["run", "--rm", "compile"], ["build"]):
            subprocess.run([*call, *step], capture_output=True, check=True)
        start = [*call, "run", "--rm", service]
        seen = subprocess.run(start, capture_output=True, text=True, check=True)
        assert said in seen.stdout + seen.stderr
    finally:
        down = ["--profile", "*", "down", "--volumes", "--rmi", "local"]
        subprocess.run([*call, *down], capture_output=True, check=False)
