"""Packages of any Debian suite, downloaded and unpacked, never installed.

Each suite has an apt configuration and state of its own inside the cache: the sources and the
package database of the machine stay as they are, and one machine can read every suite.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Iterable
from pathlib import Path

from . import cache
from .host import TestbedError, debian_mirror, need, need_keyring, run

LISTS_LAST = 24 * 3600  # seconds until the package lists of a suite are read anew

_CONFIG = """\
Dir::State "{state}";
Dir::State::status "{state}/status";
Dir::Cache "{state}/cache";
Dir::Etc::sourcelist "{state}/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::Log "{state}";
APT::Architecture "amd64";
APT::Architectures {{ "amd64"; }};
APT::Sandbox::User "root";
Acquire::Languages "none";
Acquire::Retries "3";
"""


class Suite:
    """One Debian release by its codename, as a source of package files.

    With `sources` apt is also told of source packages, in a configuration beside the other one.
    """

    def __init__(self, codename: str, *, sources: bool = False) -> None:
        self.codename = codename
        self._kinds = ("deb", "deb-src") if sources else ("deb",)
        self._name = f"{codename}-sources" if sources else codename
        self.state = cache.root() / "apt" / self._name

    @functools.cached_property
    def config(self) -> dict[str, str]:
        """The environment that points apt at this suite alone, with fresh package lists."""
        env = {"APT_CONFIG": str(self.state / "apt.conf")}
        with cache.locked(f"apt/{self._name}"):
            updated = self.state / "updated"
            if not updated.exists() or time.time() - updated.stat().st_mtime > LISTS_LAST:
                self._configure()
                run(["apt-get", "update", "-q"], env=env)
                updated.touch()
        return env

    def versions(self, packages: Iterable[str]) -> dict[str, str]:
        """Return the version of each package that this suite has; the others are left out."""
        found: dict[str, str] = {}
        listed = run(["apt-cache", "madison", *packages], env=self.config)
        for line in listed.splitlines():
            name, version, *_ = (field.strip() for field in line.split("|"))
            found.setdefault(name, version)
        return found

    def download(self, packages: Iterable[str], folder: Path) -> dict[str, Path]:
        """Fetch package files into a folder and return them by package name."""
        wanted = list(packages)
        missing = sorted(set(wanted) - set(self.versions(wanted)))
        if missing:
            raise TestbedError(f"{self.codename} has no package {', '.join(missing)}")
        folder.mkdir(parents=True, exist_ok=True)
        env = self.config
        # `apt-get download` writes into the working directory and knows no option for another.
        run(["env", f"--chdir={folder}", "apt-get", "download", "-q", *wanted], env=env)
        files = {path.name.split("_", 1)[0]: path for path in folder.glob("*.deb")}
        return {name: files[name] for name in wanted}

    def _configure(self) -> None:
        need("dpkg-deb")
        for part in ("lists/partial", "cache/archives/partial"):
            (self.state / part).mkdir(parents=True, exist_ok=True)
        (self.state / "status").touch()
        signed = f"[signed-by={need_keyring()}] {debian_mirror()} {self.codename} main\n"
        listed = "".join(f"{kind} {signed}" for kind in self._kinds)
        (self.state / "sources.list").write_text(listed)
        (self.state / "apt.conf").write_text(_CONFIG.format(state=self.state))


def unpack(package: Path, folder: Path) -> None:
    """Lay a package's files into a folder, as dpkg would, without running its scripts."""
    run(["dpkg-deb", "--extract", str(package), str(folder)])


def field(package: Path, name: str) -> str:
    """Return one field of a package file's description."""
    return run(["dpkg-deb", "--field", str(package), name]).strip()
