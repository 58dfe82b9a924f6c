"""What an image's ENV changes for every program that starts in it."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from linkcheck.errors import BadRootError
from linkcheck.images.image_base import ImageBase
from linkcheck.pipeline.verify import verify
from tests.images.archives import docker_archive, file, folder, tar

Members = list[tuple[tarfile.TarInfo, bytes]]
Make = Callable[..., ImageBase]


@pytest.fixture
def base(tmp_path: Path) -> Make:
    """`base(members, NAME=VALUE, ...)`: an image with that environment."""

    def make(members: Members, *env: str) -> ImageBase:
        path = docker_archive(tmp_path / "image.tar", tar(members), env=env)
        return ImageBase(f"docker-archive:{path}")

    return make


BUNDLE = "etc/ssl/certs/ca-certificates.crt"


def test_ssl_cert_file_takes_the_place_of_gos_own_files(base: Make) -> None:
    own, other = file(BUNDLE), file("opt/ca.pem")
    assert base([own, other]).image.provides.ca_bundle == f"/{BUNDLE}"
    assert base([own, other], "SSL_CERT_FILE=/opt/ca.pem").image.provides.ca_bundle == "/opt/ca.pem"
    lost = base([file("etc/ssl/cert.pem")], "SSL_CERT_FILE=/gone")
    assert lost.image.provides.ca_bundle is None


def test_ssl_cert_dir_takes_the_place_of_gos_own_folders(base: Make) -> None:
    found = base([file("opt/certs/a.pem")], "SSL_CERT_DIR=/gone:/opt/certs").image.provides
    assert found.ca_bundle == "/opt/certs"
    assert (
        base([file("etc/ssl/certs/a.pem")], "SSL_CERT_DIR=/gone").image.provides.ca_bundle is None
    )


def test_zoneinfo_may_be_a_folder_or_an_archive_and_comes_on_top(base: Make) -> None:
    zone = file("opt/zones/Europe/Berlin")
    assert base([zone], "ZONEINFO=/opt/zones").image.provides.tzdata == "/opt/zones"
    assert base([file("z.zip")], "ZONEINFO=/z.zip").image.provides.tzdata == "/z.zip"
    usual = file("usr/share/zoneinfo/Europe/Berlin")
    assert base([usual], "ZONEINFO=/gone").image.provides.tzdata == "/usr/share/zoneinfo"


def test_temporary_files_go_where_tmpdir_says(base: Make) -> None:
    assert base([folder("scratch", 0o1777)], "TMPDIR=/scratch").image.provides.tmp == "/scratch"
    assert base([folder("tmp", 0o1777)], "TMPDIR=/gone").image.provides.tmp is None


def test_an_environment_that_is_none_is_told_in_one_line(tmp_path: Path) -> None:
    path = docker_archive(tmp_path / "image.tar", tar([file("a")]), env=[7])  # type: ignore[list-item]
    with pytest.raises(BadRootError, match="Env of its configuration"):
        ImageBase(f"docker-archive:{path}")


@pytest.fixture
def cuda_like(tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """`cuda_like(env)`: an image with a library in /opt/lib alone, and a program that needs it."""
    if shutil.which("gcc") is None:
        pytest.skip("no gcc on this machine")
    (tmp_path / "lib").mkdir()
    library = tmp_path / "lib" / "libdeep.so.1"
    build = ["gcc", "-x", "c", "-", "-x", "none"]
    shared = [*build, "-shared", "-fPIC", "-Wl,-soname,libdeep.so.1", "-o", str(library)]
    subprocess.run(shared, input=b"int deep(void) { return 0; }", check=True)
    program = [*build, str(library), "-o", str(tmp_path / "app")]
    source = b"int deep(void); int main(void) { return deep(); }"
    subprocess.run(program, input=source, check=True)
    tags: list[str] = []

    def make(env: str) -> str:
        tag = f"linkcheck-test/environment:{uuid.uuid4().hex[:12]}"
        text = f"FROM linkcheck-test/debian:12\nCOPY lib /opt/lib\n{env}\n"
        (tmp_path / "Dockerfile").write_text(text)
        done = subprocess.run(
            ["docker", "build", "-q", "-t", tag, tmp_path], capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr
        tags.append(tag)
        return f"docker:{tag}"

    yield make
    for tag in tags:
        subprocess.run(["docker", "rmi", "-f", tag], capture_output=True, check=False)


@pytest.mark.docker
@pytest.mark.parametrize(
    ("env", "answer", "observed"),
    [
        ("", "fails", "refused"),
        ("ENV LD_LIBRARY_PATH=/usr/local/cuda/lib64:/opt/lib", "runs", "started"),
        ("ENV LD_PRELOAD=/opt/lib/libdeep.so.1", "runs", "started"),
        ("ENV LD_PRELOAD=/opt/lib/libgone.so", "fails", "refused"),
    ],
)
def test_a_library_is_found_where_the_environment_of_the_image_says(
    env: str, answer: str, observed: str, cuda_like: Callable[[str], str], tmp_path: Path
) -> None:
    ref = cuda_like(env)
    report = verify(str(tmp_path / "app"), [ref], [], seconds=5, progress=lambda _: None)
    (subject,) = report.subjects
    assert [verdict.answer for verdict in subject.verdicts] == [answer]
    assert [(trial.observed, trial.agrees) for trial in subject.trials] == [(observed, True)]
