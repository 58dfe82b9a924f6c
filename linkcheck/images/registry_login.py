"""How a registry wants to be convinced: Basic, or a token (distribution, "spec/auth")."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from linkcheck.engine.credentials import Login, login_for
from linkcheck.errors import MissingToolError

if TYPE_CHECKING:
    import requests

_MAX_ANSWER: Final = 1 << 20
_CLIENT: Final = "linkcheck"
Send = Callable[..., "requests.Response"]


class Pass(NamedTuple):
    """The Authorization header to go on with, who it speaks for ("" is nobody), and why it does
    for nobody where a login should have been had."""

    header: str = ""
    user: str = ""
    trouble: MissingToolError | None = None

    def refused(self, registry: str) -> MissingToolError:
        """The error for a registry that it does not help with."""
        if not self.user:
            return self.trouble or _wanted(registry)
        return MissingToolError(
            f"{registry} refuses the login of {self.user}",
            next_step=f"`docker login {registry}` anew, or check what that user may read",
        )


def answer_to(challenge: str, registry: str, scope: str, send: Send, *, plain: bool) -> Pass:
    """What answers the challenge of a registry.

    `send(method, url, **arguments)` asks. `plain` says that the registry is asked without TLS; a
    password goes to a token server in the clear only then. Raises MissingToolError.
    """
    kind, _, rest = challenge.strip().partition(" ")
    login, trouble = _login(registry)
    if kind.lower() == "basic":
        if login is None or not login.user:
            raise trouble or _wanted(registry)
        return Pass(_basic(login), login.user)
    if kind.lower() != "bearer":
        raise MissingToolError(
            f"{registry}: it wants a login of the kind {kind[:40]!r}, which is not known here",
            next_step="`docker pull` the image and use docker:NAME",
        )
    from requests.utils import parse_dict_header  # noqa: PLC0415 -- see registry

    wanted: Mapping[str, str | None] = parse_dict_header(rest)  # type: ignore[no-untyped-call]
    realm = str(wanted.get("realm") or "")
    if not realm.startswith(("https://", "http://") if plain else "https://"):
        raise MissingToolError(
            f"{registry}: it sends us for a token to {realm[:100]!r}",
            next_step="`docker pull` the image and use docker:NAME",
        )
    asked = {"scope": wanted.get("scope") or scope, "service": wanted.get("service")}
    token = _token(send, realm, {k: v for k, v in asked.items() if v}, login)
    user = login.user or "the token in docker's configuration" if login else ""
    given = Pass(f"Bearer {token}", user, trouble)
    if not token:
        raise given.refused(registry)
    return given


def _wanted(registry: str) -> MissingToolError:
    return MissingToolError(
        f"{registry} wants a login, or has no such image",
        next_step=f"check the name, then `docker login {registry}`",
    )


def _login(registry: str) -> tuple[Login | None, MissingToolError | None]:
    """The login, or why there is none: most public images need none, so a broken credential
    helper matters only once nobody is refused."""
    try:
        return login_for(registry), None
    except MissingToolError as error:
        return None, error


def _basic(login: Login) -> str:
    pair = f"{login.user}:{login.password}".encode()
    return f"Basic {base64.b64encode(pair).decode()}"


def _token(send: Send, realm: str, asked: dict[str, str], login: Login | None) -> str:
    if login is not None and login.identity:
        form = {**asked, "grant_type": "refresh_token", "client_id": _CLIENT}
        answer = send("POST", realm, data={**form, "refresh_token": login.identity})
    else:
        headers = {"Authorization": _basic(login)} if login else {}
        answer = send("GET", realm, params={**asked, "client_id": _CLIENT}, headers=headers)
    if answer.status_code != 200:
        return ""
    found = short_json(answer)
    if not isinstance(found, dict):
        return ""
    return str(found.get("token") or found.get("access_token") or "")


def short_json(answer: requests.Response) -> Any:
    """What an answer says, where it is short JSON, else None: nobody waits for one without end."""
    text = b""
    try:
        for block in answer.iter_content(_MAX_ANSWER):
            text += block
            if len(text) > _MAX_ANSWER:
                return None
        return json.loads(text)
    except (OSError, ValueError, RecursionError):  # of the library, OSError
        return None
