"""What a build sees inside its container: source, caches, module proxies, zig, credentials."""

from __future__ import annotations

import io
import re
import sys
import tarfile
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import IO

from linkcheck.build.builder import Program
from linkcheck.build.compilers import Zig
from linkcheck.build.goenv import proxy_folders
from linkcheck.build.invocation import passed_on
from linkcheck.build.machine import file_state
from linkcheck.build.platforms import linux_platform
from linkcheck.build.source import Source
from linkcheck.build.toolchain import find_zig
from linkcheck.engine.archive import pack
from linkcheck.engine.container import Container
from linkcheck.engine.engine import Image

SOURCE = "/src"
WORK = "/linkcheck.work"  # in the container's own layer: gone with it
VOLUMES = (
    ("linkcheck-go-build", "/linkcheck/build"),
    ("linkcheck-go-mod", "/linkcheck/mod"),
    ("linkcheck-zig", "/linkcheck/zig-cache"),
)
_ZIG = "/linkcheck/zig"
_AGENT = "/linkcheck/ssh-agent"
_INSIDE = re.compile(rf"(?<![\w.~-]){re.escape(SOURCE)}(?=[/\s:,]|$)", re.MULTILINE)
_SETTINGS = {
    "GOCACHE": "/linkcheck/build",
    "GOMODCACHE": "/linkcheck/mod",
    "GOENV": "off",  # what it says is passed on as variables
    "LC_ALL": "C",  # causes are read from what compilers print
    "GIT_TERMINAL_PROMPT": "0",
}


class Inside:
    """The view of every build in containers of `image`.

    `remote`: no folder of this machine can be mounted. `private`: the user's netrc and SSH agent
    go along, which nothing else lets out of this machine.
    """

    def __init__(
        self, environ: Mapping[str, str], image: Image, *, remote: bool, private: bool
    ) -> None:
        self._environ = environ
        self._image = image
        self._remote = remote
        self._private = private
        self._settings = passed_on(environ)

    def identity(self) -> tuple[object, ...]:
        """What of it a program may depend on."""
        return (self._settings, file_state(self._host_zig))

    @cached_property
    def zig(self) -> Zig | None:
        """This machine's zig as it is mounted: a static program that runs in any image."""
        if self._host_zig is None:
            return None
        return Zig(f"{_ZIG}/{self._host_zig.name}", "/linkcheck/zig-cache")

    def env(self) -> dict[str, str]:
        """Variables for every command."""
        env = {**self._settings, **_SETTINGS}
        if self._private:
            env |= {"NETRC": f"{WORK}/.netrc", "HOME": WORK}
            if self._agent is not None:
                known = f"{WORK}/known_hosts"
                env["SSH_AUTH_SOCK"] = _AGENT
                env["GIT_SSH_COMMAND"] = f"ssh -o UserKnownHostsFile={known} -o BatchMode=yes"
        return env

    def binds(self, source: Program) -> tuple[tuple[str, str], ...]:
        """Folders of this machine, each with its place inside; all are read-only."""
        binds = [(str(folder), str(folder)) for folder in self._proxies]
        if isinstance(source, Source):
            binds.append((str(source.tree), SOURCE))
        if self._host_zig is not None:
            binds.append((str(self._host_zig.parent), _ZIG))
        if self._agent is not None:
            binds.append((str(self._agent), _AGENT))
        return tuple(binds)

    def prepare(self, container: Container) -> None:
        """Make the work folder, with the credentials in it where they were asked for."""
        container.put(_archive(WORK.strip("/"), dict(self._credentials())), "/")

    def copy_in(self, container: Container, source: Program, *, without: Path) -> None:
        """Send what could not be mounted. Raises OSError and what the client library raises."""
        for folder in self._proxies:
            with pack(folder, str(folder)) as archive:
                container.put(archive, "/")
        if isinstance(source, Source):
            with pack(source.tree, SOURCE, without=without) as archive:
                container.put(archive, "/")

    @cached_property
    def _proxies(self) -> tuple[Path, ...]:
        folders = proxy_folders(self._settings.get("GOPROXY", ""))
        return tuple(folder for folder in folders if folder.is_dir())

    @cached_property
    def _host_zig(self) -> Path | None:
        same = linux_platform() == linux_platform(self._image.architecture)
        if self._remote or sys.platform != "linux" or not same:
            return None
        found = find_zig(self._environ)
        # its libraries lie beside it; a bare command would bring all of a bin folder along
        return found if found and (found.parent / "lib").is_dir() else None

    @cached_property
    def _agent(self) -> Path | None:
        socket = self._environ.get("SSH_AUTH_SOCK") if self._private and not self._remote else None
        return Path(socket) if socket and Path(socket).is_socket() else None

    def _credentials(self) -> Iterator[tuple[str, bytes]]:
        if not self._private:
            return
        home = Path(self._environ.get("HOME") or "/")
        netrc = Path(self._environ.get("NETRC") or home / ".netrc")
        for name, file in ((".netrc", netrc), ("known_hosts", home / ".ssh" / "known_hosts")):
            if file.is_file():
                yield name, file.read_bytes()


def with_own_paths(log: str, source: Source) -> str:
    """What the compiler said of /src, said of the folder that the user knows."""
    return _INSIDE.sub(lambda _: str(source.tree), log)


def _archive(folder: str, files: Mapping[str, bytes]) -> IO[bytes]:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        top = tarfile.TarInfo(folder)
        top.type, top.mode = tarfile.DIRTYPE, 0o700
        archive.addfile(top)
        for name, content in files.items():
            member = tarfile.TarInfo(f"{folder}/{name}")
            member.size, member.mode = len(content), 0o600
            archive.addfile(member, io.BytesIO(content))
    stream.seek(0)
    return stream
