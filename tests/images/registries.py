"""What tests of registries stand on: pushed images, a proxy that does damage, a token server."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from linkcheck.errors import LinkcheckError
from linkcheck.images.registry_base import RegistryBase

OCI: Final = "application/vnd.oci.image"
DOCKER: Final = "application/vnd.docker"


@dataclass
class Pusher:
    """Pushes to one repository of the registry at `url`."""

    url: str
    repository: str
    token: str = ""
    user: tuple[str, str] | None = None
    verify: str | bool = True

    def blob(self, data: bytes, kind: str) -> dict[str, Any]:
        digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
        begun = self._ask("POST", f"{self.url}/v2/{self.repository}/blobs/uploads/")
        place = begun.headers["Location"]
        place += ("&" if "?" in place else "?") + f"digest={digest}"
        self._ask("PUT", place, data=data)
        return {"mediaType": kind, "digest": digest, "size": len(data)}

    def image(
        self,
        tag: str,
        *layers: bytes,
        platform: str = "linux/amd64",
        docker: bool = False,
        pack: Callable[[bytes], bytes] = gzip.compress,
        **config: Any,
    ) -> dict[str, Any]:
        """An image of these tar archives, as an OCI manifest or as Docker's schema 2."""
        system, architecture, *variant = platform.split("/")
        about = {"os": system, "architecture": architecture}
        about |= {"variant": variant[0]} if variant else {}
        kinds = (
            (f"{DOCKER}.container.image.v1+json", f"{DOCKER}.image.rootfs.diff.tar.gzip",
             f"{DOCKER}.distribution.manifest.v2+json")
            if docker
            else (f"{OCI}.config.v1+json", f"{OCI}.layer.v1.tar+gzip", f"{OCI}.manifest.v1+json")
        )  # fmt: skip
        sums = [f"sha256:{hashlib.sha256(layer).hexdigest()}" for layer in layers]
        about_files = {"rootfs": {"type": "layers", "diff_ids": sums}}
        text = json.dumps({**about, "config": config, **about_files})
        described = self.blob(text.encode(), kinds[0])
        document = {
            "schemaVersion": 2,
            "mediaType": kinds[2],
            "config": described,
            "layers": [self.blob(pack(layer), kinds[1]) for layer in layers],
        }
        return {**self.manifest(tag, document), "platform": about}

    def index(self, tag: str, *entries: dict[str, Any]) -> dict[str, Any]:
        kind = f"{OCI}.index.v1+json"
        return self.manifest(
            tag, {"schemaVersion": 2, "mediaType": kind, "manifests": list(entries)}
        )

    def manifest(self, tag: str, document: dict[str, Any]) -> dict[str, Any]:
        data, kind = json.dumps(document).encode(), document["mediaType"]
        place = f"{self.url}/v2/{self.repository}/manifests/{tag}"
        self._ask("PUT", place, data=data, headers={"Content-Type": kind})
        digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
        return {"mediaType": kind, "digest": digest, "size": len(data)}

    def _ask(self, method: str, url: str, **arguments: Any) -> requests.Response:
        headers = dict(arguments.pop("headers", {}))
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        answer = requests.request(
            method,
            url,
            headers=headers,
            auth=self.user,
            verify=self.verify,
            timeout=30,
            **arguments,
        )
        assert answer.ok, answer.text
        return answer


@dataclass
class Proxy:
    """Stands before a registry, notes what it is asked for, and does damage to answers.

    `damage(path, content)` gives the content to send, of which all is promised: less breaks off.
    `status` or `instead` is the answer to all; `ranges` False takes no notice of a Range.
    """

    upstream: str
    address: str = ""
    asked: list[str] = field(default_factory=list)
    damage: Callable[[str, bytes], bytes] | None = None
    status: int = 0
    instead: bytes | None = None
    ranges: bool = True

    def blobs(self) -> list[str]:
        return [one for one in self.asked if "/blobs/" in one]


@contextmanager
def proxy(upstream: str) -> Iterator[Proxy]:
    """A proxy on loopback, that ends with the block."""
    settings = Proxy(upstream)

    class Handler(_Quiet):
        def do_HEAD(self) -> None:
            self.do_GET()

        def do_GET(self) -> None:
            settings.asked.append(f"{self.command} {self.path}")
            if settings.status:
                self.send_error(settings.status)
                return
            if settings.instead is not None:
                self.send_response(200)
                self.send_header("Content-Length", str(len(settings.instead)))
                self.end_headers()
                self.wfile.write(settings.instead)
                return
            passed = {k: v for k, v in self.headers.items() if k in ("Accept", "Authorization")}
            if settings.ranges and "Range" in self.headers:
                passed["Range"] = self.headers["Range"]
            url = f"http://{settings.upstream}{self.path}"
            answer = requests.request(self.command, url, headers=passed, timeout=30)
            content = answer.content
            self.send_response(answer.status_code)
            for name in ("Content-Type", "Docker-Content-Digest", "WWW-Authenticate"):
                if name in answer.headers:
                    self.send_header(name, answer.headers[name])
            self.send_header("Content-Length", answer.headers.get("Content-Length", "0"))
            self.end_headers()
            if self.command == "GET":
                damaged = content
                if settings.damage is not None and answer.ok:
                    damaged = settings.damage(self.path, content)
                self.wfile.write(damaged)
                if len(damaged) < len(content):
                    self.close_connection = True

    with _served(Handler) as address:
        settings.address = address
        yield settings


@contextmanager
def token_server(certificate: Path) -> Iterator[tuple[str, list[str]]]:
    """Gives tokens that docker-registry takes (distribution, spec/auth/jwt): its URL, and who came.

    `certificate` holds what signs them, and its key. "me" with the password "right" may do all,
    nobody reads what is below `open/`.
    """
    visitors: list[str] = []
    text = certificate.read_text()
    chain = text.split("-----BEGIN CERTIFICATE-----")[1].split("-----END")[0].replace("\n", "")

    class Handler(_Quiet):
        def do_GET(self) -> None:
            asked = parse_qs(urlsplit(self.path).query)
            _, name, _ = asked["scope"][0].split(":")
            given = self.headers.get("Authorization", "")
            user = base64.b64decode(given.removeprefix("Basic ")).decode() if given else ""
            visitors.append(user)
            granted = ["pull", "push"] if user == "me:right" else []
            granted = granted or (["pull"] if not user and name.startswith("open/") else [])
            if user and not granted:
                self.send_error(401)
                return
            now = int(time.time())
            claims = {
                "iss": "tester", "aud": "testbed", "sub": "", "jti": str(now),
                "exp": now + 300, "nbf": now - 60, "iat": now,
                "access": [{"type": "repository", "name": name, "actions": granted}],
            }  # fmt: skip
            head = {"typ": "JWT", "alg": "RS256", "x5c": [chain]}
            signed = b".".join(_coded(json.dumps(part).encode()) for part in (head, claims))
            sign = ["openssl", "dgst", "-sha256", "-sign", str(certificate)]
            done = subprocess.run(sign, input=signed, capture_output=True, check=True)
            token = b".".join((signed, _coded(done.stdout))).decode()
            body = json.dumps({"token": token}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    with _served(Handler) as address:
        yield f"http://{address}/token", visitors


def failure(ref: str, kind: type[LinkcheckError]) -> str:
    """The one line with which `ref` fails; it names the ref and a next step."""
    with pytest.raises(kind) as caught:
        RegistryBase(f"registry:{ref}")
    text = str(caught.value)
    assert "\n" not in text
    assert text.startswith(f"registry:{ref}: ")
    assert caught.value.next_step
    return text


class _Quiet(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the library's name
        """Nothing."""


@contextmanager
def _served(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join(10)


def _coded(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")
