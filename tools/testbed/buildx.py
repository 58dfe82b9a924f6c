"""docker's buildx plugin, which BuildKit's own Dockerfile features and `bake` need."""

from __future__ import annotations

from . import plugin


def version() -> str | None:
    """Return what `docker buildx version` says, or None where there is no such plugin."""
    return plugin.version("buildx")


def make() -> None:
    """Make sure that `docker buildx` is there."""
    plugin.make("buildx")
