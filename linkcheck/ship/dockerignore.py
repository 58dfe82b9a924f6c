"""The .dockerignore that goes with a printed Dockerfile."""

from __future__ import annotations

from typing import Final

from linkcheck.ship.words import name

# Only what a compiler can't want: //go:embed may take anything else, a `dist` folder among them.
_NOT_COMPILED: Final = """\
# not part of the program: leaving it out keeps the cache valid and secrets at home
.git
.github
.dockerignore
.env
.env.*
Dockerfile
compose.yaml
compose.override.yaml
docker-compose.yml
**/*_test.go
"""


def ignore_all_but(file: str) -> str:
    """For the Dockerfile of a program. Raises UsageError for a name that is more than a name."""
    return f"# nothing but the program is sent to the engine\n*\n!{name(file)}\n"


def ignore_for_source() -> str:
    """For a Dockerfile that compiles."""
    return _NOT_COMPILED
