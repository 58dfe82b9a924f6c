"""How a registry is connected to: which certificates count, what is tried again, which proxy."""

from __future__ import annotations

import contextlib
import os
import ssl
from pathlib import Path
from typing import Any, Final

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

# where Docker keeps the CAs of registries (docs.docker.com, "Verify repository client with
# certificates")
_SYSTEM: Final = Path("/etc/docker/certs.d")
_OWN: Final = ".config/docker/certs.d"


def new_session(host: str, *, proxies: bool) -> requests.Session:
    """A session that trusts what this machine trusts, and the CAs that Docker has for `host`."""
    session = requests.Session()
    session.trust_env = proxies
    session.auth = _as_it_is  # else a .netrc would replace what we say
    session.headers.update({"User-Agent": "linkcheck", "Accept-Encoding": "identity"})
    again = Retry(
        total=2,
        connect=0,
        other=0,
        backoff_factor=0.3,
        status_forcelist=(500, 502, 503, 504),
        raise_on_status=False,
    )
    session.mount("https://", _Trusting(_trust(host), again))
    session.mount("http://", HTTPAdapter(max_retries=again))
    return session


class _Trusting(HTTPAdapter):
    """HTTPS with a context of our own; the library adds the CAs that it brings."""

    def __init__(self, context: ssl.SSLContext, again: Retry) -> None:
        self._context = context
        super().__init__(max_retries=again)

    def init_poolmanager(self, *arguments: Any, **named: Any) -> None:
        super().init_poolmanager(*arguments, ssl_context=self._context, **named)

    def proxy_manager_for(self, proxy: str, **named: Any) -> Any:
        return super().proxy_manager_for(proxy, ssl_context=self._context, **named)


def _trust(host: str) -> ssl.SSLContext:
    context = ssl.create_default_context()
    folders = [_SYSTEM / host]
    if home := os.environ.get("HOME"):
        folders.append(Path(home, _OWN, host))
    for folder in folders:
        for file in sorted(folder.glob("*.crt")):
            with contextlib.suppress(OSError):  # ssl.SSLError is one
                context.load_verify_locations(file)
    return context


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request
