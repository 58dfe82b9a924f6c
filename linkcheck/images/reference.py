"""The name of an image in a registry, as Docker reads it (distribution/reference, "grammar")."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from linkcheck.errors import UnknownBaseError

REGISTRY: Final = "registry:"  # the scheme of a REF
HUB: Final = "docker.io"
# under which name `docker login` keeps the login of Docker Hub, and where its images really are
_HUB_HOST: Final = "registry-1.docker.io"
_HUB_NAMES: Final = frozenset({HUB, "index.docker.io", _HUB_HOST})
_PART: Final = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_REFERENCE: Final = re.compile(
    rf"(?P<repository>{_PART}(?:/{_PART})*)"
    r"(?::(?P<tag>\w[\w.-]{0,127}))?"
    r"(?:@(?P<digest>sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}))?",
    re.ASCII,
)
_HOST: Final = re.compile(r"(?:\[[0-9a-fA-F:]+\]|[A-Za-z0-9](?:[A-Za-z0-9.-]*))(?::[0-9]{1,5})?")


class Reference(NamedTuple):
    """A repository of a registry, and which image of it: `digest` counts before `tag`."""

    registry: str
    repository: str
    tag: str
    digest: str | None

    @property
    def host(self) -> str:
        """Where the registry is asked: HOST[:PORT]."""
        return _HUB_HOST if self.registry == HUB else self.registry

    @property
    def version(self) -> str:
        """What the registry is asked for: the digest, else the tag."""
        return self.digest or self.tag

    @property
    def name(self) -> str:
        """What `docker pull` takes, written in full."""
        ending = f"@{self.digest}" if self.digest else f":{self.tag}"
        return f"{self.registry}/{self.repository}{ending}"

    def at(self, digest: str) -> Reference:
        """The image of that digest in the same repository."""
        return self._replace(digest=digest)


def parse_reference(text: str) -> Reference:
    """The image that `text` names; without a registry it is Docker Hub's, without a tag `latest`.

    Raises UnknownBaseError for what is no such name.
    """
    host, slash, rest = text.partition("/")
    # what tells a registry from the first part of a repository (reference.splitDockerDomain)
    if not slash or not (set(".:") & set(host) or host == "localhost"):
        host, rest = HUB, text
    found = _REFERENCE.fullmatch(rest)
    if found is None or not _HOST.fullmatch(host):
        raise UnknownBaseError(
            f"{REGISTRY}{text}: no name of an image",
            next_step="write registry:HOST[:PORT]/NAME[:TAG|@sha256:...], in small letters",
        )
    registry = HUB if host in _HUB_NAMES else host
    repository = found["repository"]
    if registry == HUB and "/" not in repository:
        repository = f"library/{repository}"
    return Reference(registry, repository, found["tag"] or "latest", found["digest"])
