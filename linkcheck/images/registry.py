"""A registry asked over HTTP for manifests and blobs (OCI distribution specification, "pull").

TLS is always checked. Only on this machine (127.0.0.0/8, ::1, localhost) does a registry that
speaks none get asked in the clear, as Docker Engine does it.
"""

from __future__ import annotations

import contextlib
import ipaddress
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING, Any, Final

from linkcheck.errors import BadRootError, MissingToolError, UnknownBaseError
from linkcheck.images.reference import Reference
from linkcheck.images.registry_login import Pass, answer_to, short_json

if TYPE_CHECKING:
    import requests

MAX_MANIFEST: Final = 4 << 20  # what the specification lets registries refuse
MAX_BLOB: Final = 4 << 30
ATTEMPTS: Final = 5
CONNECT_SECONDS: Final = 10
SILENT_SECONDS: Final = 60
_UNREACHED: Final = " can't be reached: "
_MANIFESTS: Final = ", ".join(
    (
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    )
)


class Registry:
    """One repository. Every error names `title`, and is ours.

    MissingToolError: it can't be reached, wants a login, or breaks off. UnknownBaseError: it has
    no such image. BadRootError: what it sends is not what was asked for.
    """

    def __init__(self, reference: Reference, title: str) -> None:
        self._reference = reference
        self._title = title
        self._local = _is_local(reference.host)
        self._scheme = "https"
        self._pass = Pass()
        self._session: requests.Session | None = None

    def digest(self) -> str | None:
        """The digest of the image that the tag means now; None where the registry tells none."""
        answer = self._ask("HEAD", f"manifests/{self._reference.version}", Accept=_MANIFESTS)
        with contextlib.closing(answer):
            # an error has no text here: whoever asks for the manifest hears why
            told = answer.headers.get("Docker-Content-Digest")
            return str(told) if answer.status_code == 200 and told else None

    def manifest(self, version: str) -> bytes:
        """The manifest or index of that tag or digest."""
        answer = self._ask("GET", f"manifests/{version}", Accept=_MANIFESTS)
        with contextlib.closing(answer), self._plain_errors():
            self._expect(answer, "manifest", version)
            content = b""
            for block in answer.iter_content(1 << 16):
                content += block
                if len(content) > MAX_MANIFEST:
                    raise BadRootError(
                        f"{self._title}: a manifest of more than {MAX_MANIFEST >> 20} MiB",
                        next_step="check the image",
                    )
            return content

    def blob(self, digest: str, size: int | None, out: IO[bytes]) -> None:
        """Write the blob to `out`; what breaks off is taken up again where it did."""
        why = ""
        for _ in range(ATTEMPTS):
            got = out.tell()
            more = {"Range": f"bytes={got}-"} if got else {}
            answer = self._ask("GET", f"blobs/{digest}", **more)
            with contextlib.closing(answer):
                self._expect(answer, "part", digest)
                if got and answer.status_code != 206:
                    out.seek(0)
                    out.truncate()
                try:
                    self._copy(answer, size, out)
                except MissingToolError as error:
                    why = error.message.partition(_UNREACHED)[2]
                    continue
            if size is None or out.tell() == size:
                return
        raise MissingToolError(
            f"{self._title}: the transfer of {digest[:19]} broke off after {out.tell()} of "
            f"{'?' if size is None else size} bytes, {ATTEMPTS} times"
            + (f": {why}" if why else ""),
            next_step="try again, or `docker pull` it and use docker:NAME",
        )

    def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            self._session.close()

    def _copy(self, answer: requests.Response, size: int | None, out: IO[bytes]) -> None:
        limit = MAX_BLOB if size is None else size
        blocks = answer.iter_content(1 << 16)  # what is not whole when it breaks off is lost
        while True:
            with self._plain_errors():
                block = next(blocks, b"")
            if not block:
                return
            if out.tell() + len(block) > limit:
                raise BadRootError(
                    f"{self._title}: a part is larger than the {limit} bytes that it should be",
                    next_step="the registry, or a proxy before it, is damaged: push it anew",
                )
            out.write(block)

    def _expect(self, answer: requests.Response, what: str, which: str) -> None:
        status = answer.status_code
        if status in (200, 206):
            return
        host = self._reference.registry
        if status == 404 and what == "manifest" and which == self._reference.version:
            raise UnknownBaseError(
                f"{self._title}: {host} has no such image{_told(answer)}",
                next_step="check the name and the tag",
            )
        if status == 404:
            raise BadRootError(
                f"{self._title}: {host} lacks its {what} {which}", next_step="push the image anew"
            )
        if status in (401, 403):
            raise self._refused()
        if status == 429:
            raise MissingToolError(
                f"{self._title}: {host} has had too many requests from here",
                next_step=f"wait, or `docker login {host}`",
            )
        raise MissingToolError(
            f"{self._title}: {host} answers {status}{_told(answer)}", next_step="try again later"
        )

    def _refused(self) -> MissingToolError:
        return self._named(self._pass.refused(self._reference.registry))

    def _named(self, error: MissingToolError) -> MissingToolError:
        return MissingToolError(f"{self._title}: {error.message}", next_step=error.next_step)

    def _ask(self, method: str, path: str, **headers: str) -> requests.Response:
        """The answer, after a login where one is wanted."""
        answer = self._asked(method, path, headers)
        if answer.status_code != 401:
            return answer
        answer.close()
        scope = f"repository:{self._reference.repository}:pull"
        challenge = answer.headers.get("WWW-Authenticate", "")
        plain = self._scheme == "http"
        try:
            self._pass = answer_to(
                challenge, self._reference.registry, scope, self._send, plain=plain
            )
        except MissingToolError as error:
            raise self._named(error) from error
        answer = self._asked(method, path, headers)
        if answer.status_code == 401:
            answer.close()
            raise self._refused()
        return answer

    def _asked(self, method: str, path: str, headers: dict[str, str]) -> requests.Response:
        import requests  # noqa: PLC0415 -- see engine.connect: other bases must not pay for it

        if self._pass.header:
            headers = {**headers, "Authorization": self._pass.header}
        rest = f"://{self._reference.host}/v2/{self._reference.repository}/{path}"
        try:
            return self._sent(method, f"{self._scheme}{rest}", headers=headers)
        except (requests.ConnectionError, ValueError) as error:
            if not (self._local and self._scheme == "https" and _is_no_tls(error)):
                with self._plain_errors():
                    raise
        self._scheme = "http"
        return self._send(method, f"http{rest}", headers=headers)

    def _send(self, method: str, url: str, **arguments: Any) -> requests.Response:
        with self._plain_errors():
            return self._sent(method, url, **arguments)

    def _sent(self, method: str, url: str, **arguments: Any) -> requests.Response:
        if self._session is None:
            from linkcheck.images.registry_session import new_session  # noqa: PLC0415 -- see _asked

            self._session = new_session(self._reference.host, proxies=not self._local)
        timeout = (CONNECT_SECONDS, SILENT_SECONDS)
        return self._session.request(
            method, url, stream=True, allow_redirects=True, timeout=timeout, **arguments
        )

    @contextlib.contextmanager
    def _plain_errors(self) -> Iterator[None]:
        import requests  # noqa: PLC0415 -- see _asked
        import urllib3  # noqa: PLC0415

        host = self._reference.host
        try:
            yield
        except requests.exceptions.SSLError as error:
            unknown = "certificate" in str(error).lower()
            raise MissingToolError(
                f"{self._title}: {host} can't be trusted: {_reason(error)}",
                next_step=f"put its CA into /etc/docker/certs.d/{host}/ca.crt, or set SSL_CERT_FILE"
                if unknown
                else "it may speak no TLS: `docker pull` it and use docker:NAME",
            ) from error
        except (requests.RequestException, urllib3.exceptions.HTTPError, ValueError) as error:
            raise MissingToolError(
                f"{self._title}: {host}{_UNREACHED}{_reason(error)}",
                next_step="check the name and the network, or use docker:NAME or an archive",
            ) from error


def _is_local(host: str) -> bool:
    name = host.rpartition("]")[0].lstrip("[") or host.partition(":")[0]
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(name).is_loopback
    return name == "localhost"


def _is_no_tls(error: Exception) -> bool:
    """Whether who answered does not speak TLS, or hung up at its first words."""
    text = str(error)
    return "certificate" not in text.lower() and any(
        sign in text for sign in ("SSLError", "RECORD", "WRONG_VERSION", "reset", "EOF", "aborted")
    )


def _reason(error: Exception) -> str:
    """The innermost cause, without the words that libraries put around it."""
    cause: Any = error
    while True:
        inner = getattr(cause, "reason", None) or next(iter(getattr(cause, "args", ())), None)
        if not isinstance(inner, Exception):
            break
        cause = inner
    words: tuple[Any, ...] = getattr(cause, "args", ())
    told = words[0] if len(words) > 1 and isinstance(words[0], str) else str(cause)
    text = " ".join(told.split())
    return text.rpartition(">: ")[2].rpartition("): ")[2].rpartition("connection: ")[2][:200]


def _told(answer: requests.Response) -> str:
    """What the registry says of its error, ": ..." or nothing."""
    try:
        first = short_json(answer)["errors"][0]
        text = " ".join(str(first.get("message") or first.get("code") or "").split())
    except (KeyError, IndexError, TypeError, AttributeError):
        return ""
    return f": {text[:200]}" if text else ""
