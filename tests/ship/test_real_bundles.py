"""Bundles of real programs from real roots: the same answers as in the full root."""

from __future__ import annotations

import json
import socket
import struct
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from linkcheck.model.bundle import Bundle
from linkcheck.run.bubblewrap import start_in_root
from tests.conftest import testbed_roots

pytestmark = [pytest.mark.testbed, pytest.mark.usefixtures("bwrap")]
Make = Callable[..., Bundle]
Roots = Callable[[str], Path]
# a slice; `python -m tools.bundles` tries them all
REAL = [("bookworm", "runc"), ("bookworm", "restic"), ("bookworm", "caddy"), ("trixie", "umoci")]


def program_of(suite: str, name: str) -> Path:
    index = testbed_roots().parent / "programs" / "index.json"
    if not index.is_file():
        pytest.skip("no real programs: python -m tools.testbed fetches them")
    known = json.loads(index.read_text())
    found = [p["path"] for p in known if p["suite"] == suite and Path(p["path"]).name == name]
    if not found:
        pytest.skip(f"the testbed has no {name} of {suite}")
    return Path(found[0])


@pytest.mark.parametrize(("suite", "name"), REAL)
def test_a_real_program_answers_in_its_bundle_as_in_the_full_root(
    suite: str, name: str, root: Roots, make: Make, tmp_path: Path
) -> None:
    program = program_of(suite, name)
    asked = ("--version",) if name in ("runc", "umoci") else ("version",)
    make(program, root("debian-13"))
    full = start_in_root(root("debian-13"), program, asked)
    bundled = start_in_root(tmp_path / "bundle", tmp_path / "bundle" / "app", asked)
    assert full.exit_code == 0
    assert (bundled.exit_code, bundled.output) == (full.exit_code, full.output)


def test_libraries_stay_under_the_names_that_the_loader_looks_for(
    root: Roots, make: Make, tmp_path: Path
) -> None:
    made = make(program_of("bookworm", "runc"), root("debian-12"))
    links = {piece.path: piece.target for piece in made.pieces if piece.kind == "link"}
    assert links["/lib64"] == "usr/lib64"
    assert links["/lib"] == "usr/lib"
    assert "/usr/lib/x86_64-linux-gnu/libseccomp.so.2" in links
    assert {licence.package for licence in made.licences} >= {"libc6", "libseccomp2"}


def test_name_service_modules_come_along_where_glibc_has_them_outside(
    root: Roots, make: Make, tmp_path: Path
) -> None:
    """glibc 2.31 opens libnss_files and libnss_dns, which no `ldd` shows."""
    getent = root("debian-11") / "usr/bin/getent"
    made = make(getent, root("debian-11"))
    names = {piece.path.rsplit("/", 1)[-1] for piece in made.pieces}
    assert {"libnss_files.so.2", "libnss_dns.so.2", "libresolv.so.2", "nsswitch.conf"} <= names
    output = tmp_path / "bundle"
    seen = start_in_root(output, output / "app", ("passwd", "nonroot"))
    assert (seen.exit_code, seen.output.split(":")[2]) == (0, "65532")
    for module in output.rglob("libnss_files*"):
        module.unlink()
    assert start_in_root(output, output / "app", ("passwd", "nonroot")).exit_code == 2


def test_name_service_modules_that_libc_has_built_in_stay_out(root: Roots, make: Make) -> None:
    made = make(root("debian-12") / "usr/bin/getent", root("debian-12"))
    assert not any("libnss" in piece.path for piece in made.pieces)


@pytest.mark.go
@pytest.mark.parametrize("release", ["debian-12", "debian-13"])
def test_a_go_program_resolves_names_through_libc_in_its_bundle(
    release: str, root: Roots, make: Make, build_fixture: Callable[..., Path], tmp_path: Path
) -> None:
    program = build_fixture("dnslookup", ("-tags", "netcgo"), CGO_ENABLED="1")
    make(program, root(release))
    output = tmp_path / "bundle"
    (output / "etc" / "hosts").write_text("192.0.2.7 told-by-hosts\n")
    seen = start_in_root(output, output / "app", ("told-by-hosts",))
    assert "told-by-hosts 192.0.2.7" in seen.output


@pytest.mark.parametrize("release", ["debian-11", "debian-12"])
def test_names_are_asked_of_dns_in_the_bundle(
    release: str, root: Roots, make: Make, tmp_path: Path
) -> None:
    make(root(release) / "usr/bin/getent", root(release))
    with name_server() as address:
        (tmp_path / "bundle" / "etc" / "resolv.conf").write_text(f"nameserver {address}\n")
        sandbox = ["bwrap", "--ro-bind", str(tmp_path / "bundle"), "/", "--clearenv"]
        asked = [*sandbox, "/app", "ahostsv4", "told-by-dns.test"]
        seen = subprocess.run(asked, capture_output=True, text=True, timeout=60, check=False)
    assert seen.stdout.split()[:1] == ["192.0.2.9"], seen.stderr


@contextmanager
def name_server() -> Iterator[str]:
    """A DNS server on loopback that answers every question with 192.0.2.9."""
    address = "127.77.0.1"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        try:
            server.bind((address, 53))
        except OSError as error:
            pytest.skip(f"no DNS server can be started here: {error}")
        server.settimeout(0.2)
        over = threading.Event()

        def serve() -> None:
            while not over.is_set():
                try:
                    query, client = server.recvfrom(512)
                except TimeoutError:
                    continue
                question = query[12 : query.index(b"\0", 12) + 5]
                head = query[:2] + struct.pack(">HHHHH", 0x8180, 1, 1, 0, 0)
                answer = struct.pack(">HHHIH", 0xC00C, 1, 1, 60, 4) + bytes([192, 0, 2, 9])
                server.sendto(head + question + answer, client)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield address
        finally:
            over.set()
            thread.join()


def test_certificates_and_time_zones_come_from_a_second_root(
    root: Roots, make: Make, tmp_path: Path
) -> None:
    caddy = program_of("bookworm", "caddy")
    alone = make(caddy, root("debian-12"), output=tmp_path / "alone")
    assert alone.verdict.answer == "degraded"
    assert any(left.what == "CA bundle" for left in alone.left_out)
    both = make(caddy, root("debian-12"), root("distroless-static-debian12"))
    assert both.verdict.answer == "runs"
    assert (tmp_path / "bundle" / "etc/ssl/certs/ca-certificates.crt").stat().st_size > 100_000


def test_licences_are_taken_where_asked(root: Roots, make: Make, tmp_path: Path) -> None:
    make(program_of("bookworm", "runc"), root("debian-12"), licences=True)
    doc = tmp_path / "bundle" / "usr/share/doc"
    assert {path.name for path in doc.iterdir()} >= {"libc6", "libseccomp2"}


def test_an_alpine_program_takes_its_loader_alone(root: Roots, make: Make, tmp_path: Path) -> None:
    made = make(root("alpine-3.23") / "bin/busybox", root("alpine-3.23"))
    assert "/lib/ld-musl-x86_64.so.1" in {piece.path for piece in made.pieces}
    assert [(one.package, one.text) for one in made.licences] == [("musl", "MIT")]
    seen = start_in_root(tmp_path / "bundle", tmp_path / "bundle" / "app", ("true",))
    assert seen.started
