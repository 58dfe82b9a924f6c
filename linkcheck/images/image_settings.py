"""What the configuration of an image says of its start (OCI image specification, "config")."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from linkcheck.errors import BadRootError

SHELL: Final = ("/bin/sh", "-c")
# engines set it where an image has none (moby, pkg/system/path_unix.go)
PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class ImageSettings(NamedTuple):
    """`environment` by name, `user` as it is written ("" is root), `platform` as os/cpu[/variant].

    `platform` is "" where the configuration does not tell.
    """

    entrypoint: tuple[str, ...]
    command: tuple[str, ...]
    environment: Mapping[str, str]
    workdir: str
    user: str
    shell: tuple[str, ...]
    platform: str

    @property
    def argv(self) -> tuple[str, ...]:
        """What a container of the image starts."""
        return (*self.entrypoint, *self.command)


def read_settings(config: Mapping[str, Any], title: str) -> ImageSettings:
    """The settings in an image's configuration, {} for none.

    Raises BadRootError where a value is not of the type that the specification gives it.
    """
    inner = _typed(config, "config", dict, title) or {}
    env = _strings(inner, "Env", title)
    _typed(config, "history", list, title)
    labels = _typed(inner, "Labels", dict, title) or {}
    if not all(isinstance(value, str) for value in labels.values()):
        raise _wrong(title, "Labels")
    pairs = (item.partition("=") for item in env)
    keys = ("os", "architecture", "variant")
    platform = [_typed(config, key, str, title) for key in keys]
    return ImageSettings(
        entrypoint=_strings(inner, "Entrypoint", title),
        command=_strings(inner, "Cmd", title),
        environment={"PATH": PATH, **{name: value for name, _, value in pairs if name}},
        workdir=_typed(inner, "WorkingDir", str, title) or "/",
        user=_typed(inner, "User", str, title) or "",
        shell=_strings(inner, "Shell", title) or SHELL,
        platform="/".join(filter(None, platform)) if all(platform[:2]) else "",
    )


def _strings(found: Mapping[str, Any], key: str, title: str) -> tuple[str, ...]:
    value = _typed(found, key, list, title) or []
    if not all(isinstance(one, str) and _can_be_passed(one) for one in value):
        raise _wrong(title, key)
    return tuple(value)


def _typed(found: Mapping[str, Any], key: str, kind: type, title: str) -> Any:
    if not isinstance(found, Mapping):
        raise _wrong(title, "its configuration")
    value = found.get(key)
    if value is not None and not isinstance(value, kind):
        raise _wrong(title, key)
    if isinstance(value, str) and not _can_be_passed(value):
        raise _wrong(title, key)
    return value


def _can_be_passed(text: str) -> bool:
    """Whether a program can be given that text: no NUL, and no half of a surrogate pair."""
    return "\0" not in text and text == text.encode("utf-8", "replace").decode()


def _wrong(title: str, key: str) -> BadRootError:
    return BadRootError(
        f"{title}: {key} of its configuration is not what images have there",
        next_step="save or build the image anew",
    )
