"""Which projects, and why these."""

from __future__ import annotations

from dataclasses import dataclass

SUITE = "trixie"


@dataclass(frozen=True, slots=True)
class Project:
    """One program of a Debian package: a source package, or a `-dev` one, which carries sources.

    `main` is its main package in there; `arguments` make it say something and end. `libraries` are
    the C libraries that it is linked against, as Debian packages, `env` what it takes to link them
    statically. `more` are Go libraries that Debian's dependencies forgot.
    """

    name: str
    package: str
    about: str
    main: str = "."
    arguments: tuple[str, ...] = ("--version",)
    tags: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()
    env: tuple[tuple[str, str], ...] = ()
    more: tuple[str, ...] = ()


PROJECTS = (
    Project("gron", "gron", "net/http as a client"),
    Project("shfmt", "golang-mvdan-sh", "parser; temporary files", main="cmd/shfmt"),
    Project("fzf", "fzf", "terminal, and a server on request"),
    Project("age", "golang-filippo-age-dev", "files and a terminal, no network", main="cmd/age"),
    Project(
        "serf",
        "golang-github-hashicorp-serf-dev",
        "a service on the network",
        main="cmd/serf",
        arguments=("version",),
        more=("golang-github-sean--seed-dev",),
    ),
    Project(
        "runc",
        "runc",
        "its own C code, which runs before Go does, and libseccomp",
        tags=("seccomp", "urfave_cli_no_docs"),
        libraries=("libseccomp-dev", "libseccomp2"),
    ),
    Project(
        "sql-migrate",
        "golang-github-rubenv-sql-migrate-dev",
        "go-sqlite3 over the system's libsqlite3, beside net",
        main="sql-migrate",
        arguments=("--help",),
        libraries=("libsqlite3-dev", "libsqlite3-0"),
        env=(("CGO_LDFLAGS", "-lm"),),
    ),
)
