"""The login for a registry that `docker login` left, read by the client library.

It is in ~/.docker/config.json (or $DOCKER_CONFIG): in `auths`, or with a credential helper.
"""

from __future__ import annotations

import warnings
from typing import NamedTuple

from linkcheck.errors import MissingToolError


class Login(NamedTuple):
    """A user and a password; `identity` is a token that stands in for both, else empty."""

    user: str
    password: str
    identity: str = ""


def login_for(registry: str) -> Login | None:
    """The login for `registry` ("docker.io" is Docker Hub), or None where there is none.

    Raises MissingToolError where a credential helper should tell and can't.
    """
    import docker.auth  # noqa: PLC0415 -- see engine.connect

    try:
        with warnings.catch_warnings():  # a missing helper would be told twice
            warnings.simplefilter("ignore")
            found = docker.auth.resolve_authconfig(docker.auth.load_config(), registry)
    except (docker.errors.DockerException, OSError, ValueError, KeyError) as error:
        reason = " ".join(str(error).split())[:200]
        raise MissingToolError(
            f"the login for {registry} can't be read: {reason}",
            next_step="see credsStore and credHelpers in ~/.docker/config.json",
        ) from error
    if not found:
        return None
    user, password, identity = (
        str(found.get(spelt[0]) or found.get(spelt[1]) or "")
        for spelt in (
            ("username", "Username"),
            ("password", "Password"),
            ("identitytoken", "IdentityToken"),
        )
    )
    return Login(user, password, identity) if identity or user else None
