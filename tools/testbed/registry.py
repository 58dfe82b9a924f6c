"""A registry on loopback: Debian's docker-registry, unpacked and never installed.

Installed it would come as a service of the machine, on a port that somebody may use. Tests start
one of their own, in the clear or with TLS, open or with a login, and it ends with them.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from . import apt, cache
from .host import TestbedError, need, run, say, which

SECONDS: Final = 20
USER: Final = "somebody"
PASSWORD: Final = "s3cret-pass"
_SUITE: Final = "bookworm"  # it is linked to the C library alone, and the oldest one's will do
_ENTRY: Final = "registry"
_CONFIG: Final = "version: 0.1\nlog: {accesslog: {disabled: true}}\nstorage: {filesystem: {}}\n"
# bcrypt of PASSWORD, the one kind that docker-registry reads
_HTPASSWD: Final = f"{USER}:$2b$04$abcdefghijklmnopqrstuuaUNpTaGyHErb7YklXKRt/SEtSLxPST6\n"


def program() -> Path | None:
    """Return the path of docker-registry, or None where it is not here."""
    unpacked = cache.root() / _ENTRY / "usr/bin/docker-registry"
    found = which("docker-registry") or (str(unpacked) if unpacked.is_file() else None)
    return Path(found) if found else None


def make() -> None:
    """Make sure that docker-registry is here, and what fills and secures one."""
    need("skopeo")
    need("openssl")
    if program() is None:
        cache.ensure(_ENTRY, f"1 {_SUITE}", _unpack)
    say(f"registry: {run([str(program()), '--version']).split(maxsplit=1)[1].strip()}")


@contextlib.contextmanager
def serving(
    folder: Path,
    *,
    password: bool = False,
    certificate: Path | None = None,
    token: Mapping[str, str] | None = None,
) -> Iterator[str]:
    """A registry that keeps its content in `folder`, as HOST:PORT; it ends with the block.

    With `password` it wants USER and PASSWORD, with `token` a token: `token` holds the `realm`,
    `service`, `issuer` and `rootcertbundle` of its configuration. `certificate` is a file with a
    certificate and its key, for TLS.
    """
    found = program()
    if found is None:
        raise TestbedError("no docker-registry: python -m tools.testbed registry unpacks it")
    folder.mkdir(parents=True, exist_ok=True)
    address = f"127.0.0.1:{_free_port()}"
    config = folder / "config.yml"
    config.write_text(_CONFIG)
    settings = {
        "REGISTRY_HTTP_ADDR": address,
        "REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY": str(folder / "content"),
        "REGISTRY_STORAGE_DELETE_ENABLED": "true",
        "OTEL_TRACES_EXPORTER": "none",
    }
    if certificate is not None:
        settings["REGISTRY_HTTP_TLS_CERTIFICATE"] = str(certificate)
        settings["REGISTRY_HTTP_TLS_KEY"] = str(certificate)
    if password:
        (folder / "htpasswd").write_text(_HTPASSWD)
        settings["REGISTRY_AUTH"] = "htpasswd"
        settings["REGISTRY_AUTH_HTPASSWD_REALM"] = "testbed"
        settings["REGISTRY_AUTH_HTPASSWD_PATH"] = str(folder / "htpasswd")
    if token is not None:
        settings["REGISTRY_AUTH"] = "token"
        settings |= {f"REGISTRY_AUTH_TOKEN_{key.upper()}": value for key, value in token.items()}
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(
            [found, "serve", config],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env={**os.environ, **settings},
        )
    try:
        _wait(process, address, folder / "log")
        yield address
    finally:
        process.terminate()
        process.wait(timeout=SECONDS)


def authority(folder: Path) -> tuple[Path, Path]:
    """Make a certificate authority, and a certificate for 127.0.0.1 with its key in one file.

    Returns the authority's certificate, and that file.
    """
    ca, ca_key = folder / "ca.crt", folder / "ca.key"
    request, own, key = folder / "own.csr", folder / "own.crt", folder / "own.key"
    openssl = need("openssl")
    new = ["-newkey", "rsa:2048", "-nodes"]
    signed = [openssl, "req", "-x509", *new, "-keyout", str(ca_key), "-out", str(ca)]
    run([*signed, "-days", "2", "-subj", "/CN=linkcheck testbed"])
    asked = [openssl, "req", *new, "-keyout", str(key), "-out", str(request)]
    run([*asked, "-subj", "/CN=127.0.0.1"])
    names = folder / "names"
    names.write_text("subjectAltName=IP:127.0.0.1\n")
    issue = [openssl, "x509", "-req", "-in", str(request), "-CA", str(ca), "-CAkey", str(ca_key)]
    run([*issue, "-CAcreateserial", "-days", "2", "-extfile", str(names), "-out", str(own)])
    both = folder / "own.pem"
    both.write_text(own.read_text() + key.read_text())
    return ca, both


def _unpack(folder: Path) -> None:
    with cache.scratch_folder() as downloads:
        package = apt.Suite(_SUITE).download(["docker-registry"], downloads)["docker-registry"]
        apt.unpack(package, folder)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def _wait(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    host, _, port = address.partition(":")
    began = time.monotonic()
    while process.poll() is None and time.monotonic() - began < SECONDS:
        with contextlib.suppress(OSError), socket.create_connection((host, int(port)), 1):
            return
        time.sleep(0.05)
    raise TestbedError(f"docker-registry does not start: {log.read_text()[-500:]}")
