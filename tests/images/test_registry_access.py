"""A registry that wants a login, and one whose certificate is not known."""

from __future__ import annotations

import base64
import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from linkcheck.errors import MissingToolError
from linkcheck.images.registry_base import RegistryBase
from tests.images.archives import file, tar
from tests.images.registries import Pusher, failure, token_server
from tools.testbed.registry import PASSWORD, USER, authority, serving

pytestmark = [pytest.mark.registry, pytest.mark.usefixtures("home")]

ONE = tar([file("etc/one"), file("etc/gone")])


def docker_config(home: Path, **text: object) -> None:
    (home / ".docker").mkdir(exist_ok=True)
    (home / ".docker" / "config.json").write_text(json.dumps(text))


def pair(user: str, password: str) -> dict[str, str]:
    return {"auth": base64.b64encode(f"{user}:{password}".encode()).decode()}


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A registry that wants a password."""
    with serving(tmp_path_factory.mktemp("locked"), password=True) as address:
        Pusher(f"http://{address}", "base", user=(USER, PASSWORD)).image("1", ONE)
        yield address


def test_a_password_is_taken_from_the_login_of_docker(locked: str, home: Path) -> None:
    text = failure(f"{locked}/base:1", MissingToolError)
    assert f"{locked} wants a login, or has no such image" in text
    assert f"docker login {locked}" in text
    docker_config(home, auths={locked: pair(USER, "wrong")})
    text = failure(f"{locked}/base:1", MissingToolError)
    assert f"{locked} refuses the login of {USER}" in text
    assert "wrong" not in text
    docker_config(home, auths={locked: pair(USER, PASSWORD)})
    assert RegistryBase(f"registry:{locked}/base:1").root.names("/etc") == ("gone", "one")


@pytest.mark.parametrize("key", ["credHelpers", "credsStore"])
def test_a_password_is_taken_from_a_credential_helper(
    locked: str, home: Path, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    helper = home / "bin" / "docker-credential-testing"
    helper.parent.mkdir()
    answer = json.dumps({"ServerURL": locked, "Username": USER, "Secret": PASSWORD})
    helper.write_text(f"#!/bin/sh\ncat > /dev/null\necho '{answer}'\n")
    helper.chmod(helper.stat().st_mode | stat.S_IXUSR)
    docker_config(home, **{key: {locked: "testing"} if key == "credHelpers" else "testing"})
    text = failure(f"{locked}/base:1", MissingToolError)
    assert "docker-credential-testing" in text
    monkeypatch.setenv("PATH", f"{helper.parent}:{os.environ['PATH']}")
    assert RegistryBase(f"registry:{locked}/base:1").root.names("/etc") == ("gone", "one")


def test_tokens_are_fetched_for_nobody_and_for_a_login(tmp_path: Path, home: Path) -> None:
    authority_, certificate = authority(tmp_path)
    with token_server(certificate) as (realm, visitors):
        token = {"realm": realm, "service": "testbed", "issuer": "tester",
                 "rootcertbundle": str(authority_)}  # fmt: skip
        with serving(tmp_path / "registry", token=token) as address:
            for name in ("open/base", "shut/base"):
                scope = {"scope": f"repository:{name}:pull,push"}
                answer = requests.get(realm, scope, auth=("me", "right"), timeout=30)
                found = str(answer.json()["token"])
                pusher = Pusher(f"http://{address}", name, found)
                pusher.image("1", ONE)
            docker_config(home, credsStore="no-such-helper")  # which keeps nobody from what is open
            visitors.clear()
            assert RegistryBase(f"registry:{address}/open/base:1").root.names("/etc")
            assert visitors == [""]
            text = failure(f"{address}/shut/base:1", MissingToolError)
            assert "docker-credential-no-such-helper" in text
            docker_config(home)
            assert "wants a login" in failure(f"{address}/shut/base:1", MissingToolError)
            docker_config(home, auths={address: pair("me", "wrong")})
            text = failure(f"{address}/shut/base:2", MissingToolError)
            assert "refuses the login of me" in text
            docker_config(home, auths={address: pair("me", "right")})
            assert RegistryBase(f"registry:{address}/shut/base:1").root.names("/etc")
            assert visitors[-1] == "me:right"


def test_the_certificate_of_an_unknown_authority_is_refused_until_it_is_known(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ca, certificate = authority(tmp_path)
    with serving(tmp_path / "registry", certificate=certificate) as address:
        Pusher(f"https://{address}", "base", verify=str(ca)).image("1", ONE)
        text = failure(f"{address}/base:1", MissingToolError)
        assert f"{address} can't be trusted" in text
        assert f"/etc/docker/certs.d/{address}/ca.crt" in text
        monkeypatch.setenv("SSL_CERT_FILE", str(ca))
        assert RegistryBase(f"registry:{address}/base:1").root.names("/etc") == ("gone", "one")
        monkeypatch.delenv("SSL_CERT_FILE")
        folder = home / ".config/docker/certs.d" / address
        folder.mkdir(parents=True)
        (folder / "ca.crt").write_text(ca.read_text())
        assert RegistryBase(f"registry:{address}/base:1").root.names("/etc") == ("gone", "one")
