"""`linkcheck version`."""

from __future__ import annotations


def run() -> None:
    """Print the version of linkcheck."""
    from linkcheck import __version__
    from linkcheck.cli.output import emit

    emit(f"linkcheck {__version__}\n")
