"""docker's compose plugin, for what `linkcheck dockerfile --compose` prints."""

from __future__ import annotations

from . import plugin


def version() -> str | None:
    """Return what `docker compose version` says, or None where there is no such plugin."""
    return plugin.version("compose")


def make() -> None:
    """Make sure that `docker compose` is there."""
    plugin.make("compose")
