"""What a root provides, looked up in made and in real roots."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from linkcheck.images.observe import observe
from linkcheck.images.root import DirRoot
from linkcheck.images.root_view import RootView
from linkcheck.model.provides import UNKNOWN, Provides


def _observed(folder: Path) -> Provides:
    root = DirRoot(folder)
    return observe(root, RootView(root))


def _write(root: Path, inside: str, text: str = "x") -> Path:
    path = root / inside
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_an_empty_root_has_nothing(tmp_path: Path) -> None:
    found = _observed(tmp_path)
    assert (found.libc, found.libc_version, found.cpu_floor) == ("none", None, None)
    assert (found.ca_bundle, found.tzdata, found.users) == (None, None, ())
    assert (found.nsswitch_hosts, found.tmp, found.shell) == (None, None, None)
    assert found.platforms is UNKNOWN


def test_everything_is_found_through_links_of_the_root(tmp_path: Path) -> None:
    _write(tmp_path, "store/ca.pem")
    (tmp_path / "etc" / "ssl").mkdir(parents=True)
    (tmp_path / "etc" / "ssl" / "cert.pem").symlink_to("/store/ca.pem")
    _write(tmp_path, "etc/zoneinfo/Europe/Berlin")
    _write(tmp_path, "etc/passwd", "root:x:0:0:root:/root:/bin/sh\nbroken\nme:x:1:1::/:/bin/sh\n")
    _write(tmp_path, "etc/group", "root:x:0:\nbroken:x\nstaff:x:50:me\n")
    _write(tmp_path, "etc/nsswitch.conf", "# hosts: nis\npasswd: files\nhosts:  files   dns # x\n")
    _write(tmp_path, "usr/bin/busybox").chmod(0o755)
    (tmp_path / "bin").symlink_to("usr/bin")
    (tmp_path / "usr" / "bin" / "sh").symlink_to("busybox")
    (tmp_path / "tmp").mkdir(mode=0o777)
    found = _observed(tmp_path)
    assert found.ca_bundle == "/etc/ssl/cert.pem"
    assert found.tzdata == "/etc/zoneinfo"
    assert found.users == ("root", "me")
    assert found.groups == ("root", "staff")
    assert found.nsswitch_hosts == "files dns"
    assert (found.shell, found.tmp) == ("/bin/sh", "/tmp")


def test_what_is_there_but_of_no_use_does_not_count(tmp_path: Path) -> None:
    _write(tmp_path, "etc/ssl/certs/ca-certificates.crt", "")
    _write(tmp_path, "bin/sh").chmod(0o644)
    _write(tmp_path, "tmp")
    (tmp_path / "etc" / "ssl" / "cert.pem").symlink_to("/nowhere")
    found = _observed(tmp_path)
    assert (found.ca_bundle, found.shell, found.tmp) == (None, None, None)


def test_a_folder_of_certificates_counts(tmp_path: Path) -> None:
    _write(tmp_path, "etc/ssl/certs/one.pem")
    assert _observed(tmp_path).ca_bundle == "/etc/ssl/certs"


@pytest.mark.testbed
@pytest.mark.parametrize(
    ("name", "libc", "version"),
    [
        ("debian-11", "glibc", "2.31"),
        ("debian-12", "glibc", "2.36"),
        ("debian-13", "glibc", "2.41"),
        ("distroless-base-debian12", "glibc", "2.36"),
        ("distroless-cc-debian13", "glibc", "2.41"),
        ("distroless-static-debian12", "none", None),
        ("alpine-3.23", "musl", UNKNOWN),
        ("scratch", "none", None),
    ],
)
def test_a_real_root_has_the_libc_that_it_is_known_for(
    root: Callable[[str], Path], name: str, libc: str, version: object
) -> None:
    found = _observed(root(name))
    assert (found.libc, found.libc_version) == (libc, version)


@pytest.mark.testbed
@pytest.mark.parametrize(
    ("name", "certificates", "zones", "shell"),
    [
        ("debian-12", False, True, True),
        ("distroless-static-debian12", True, True, False),
        ("alpine-3.23", True, False, True),
        ("scratch", False, False, False),
    ],
)
def test_a_real_root_provides_what_it_is_known_for(
    root: Callable[[str], Path], name: str, certificates: bool, zones: bool, shell: bool
) -> None:
    found = _observed(root(name))
    assert (found.ca_bundle is not None, found.tzdata is not None, found.shell is not None) == (
        certificates, zones, shell,
    )  # fmt: skip
