"""One running container: files in and out as archives, commands as argv lists, no shell."""

from __future__ import annotations

import contextlib
import tarfile
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from linkcheck.errors import MissingToolError

MAX_OUTPUT = 1 << 20  # the last bytes of a command's output that are kept
MAX_FILE = 4 << 30
NOT_STARTED = frozenset({126, 127})  # runc could not start the command
# What the engine says where it could not, and the causes that lie with the command; all others
# (namespaces that are gone, a container that has stopped) lie with its container.
_NO_EXEC = ("OCI runtime exec failed", "cannot exec in a ")  # of runc; of containerd's shim
_NO_COMMAND = ("executable file not found", "no such file or directory", "permission denied")


@dataclass(frozen=True, slots=True)
class CommandEnd:
    """How a command ended; `exit_code` is None where the container went away under it."""

    exit_code: int | None
    output: str


class Container:
    """A container of `engine.Engine`, which also removes it.

    Methods raise what the client library raises; `engine.plain_errors` makes that plain.
    """

    def __init__(self, api: Any, container_id: str) -> None:
        self._api = api
        self._stdin: Any = None
        self.id = container_id

    def start(self) -> None:
        """Attach its stdin to us, as its life hangs on that, and start it."""
        self._stdin = self._api.attach_socket(self.id, params={"stdin": 1, "stream": 1})
        self._api.start(self.id)

    def run(self, argv: Sequence[str], *, env: Mapping[str, str], cwd: str) -> CommandEnd:
        """Run a command to its end."""
        created = self._api.exec_create(
            self.id, list(argv), environment=dict(env), workdir=cwd, stdout=True, stderr=True
        )
        chunks: deque[bytes] = deque()
        kept = 0
        for chunk in self._api.exec_start(created["Id"], stream=True):
            chunks.append(chunk)
            kept += len(chunk)
            while kept - len(chunks[0]) > MAX_OUTPUT:
                kept -= len(chunks.popleft())
        output = b"".join(chunks).decode("utf-8", "replace")
        try:
            state = self._api.exec_inspect(created["Id"])
        except Exception:  # the engine forgets a command together with its container
            return CommandEnd(None, output)
        went_away = output.startswith(_NO_EXEC) and not any(why in output for why in _NO_COMMAND)
        exit_code = None if state.get("Running") or went_away else state.get("ExitCode")
        return CommandEnd(exit_code, output)

    def runs_on(self, seconds: float) -> bool:
        """Whether it still lives after that time; False as soon as it does not."""
        end = time.monotonic() + seconds
        while lives := self.lives():
            if time.monotonic() >= end:
                break
            time.sleep(0.1)
        return lives

    def lives(self) -> bool:
        """Whether it runs now."""
        try:
            return bool(self._api.inspect_container(self.id)["State"]["Running"])
        except Exception:  # removed, or the engine is gone
            return False

    def put(self, archive: IO[bytes], folder: str) -> None:
        """Unpack a tar archive into a folder that is there."""
        self._api.put_archive(self.id, folder, archive)

    def get(self, path: str, target: Path) -> None:
        """Write the regular file `path` to `target`. Raises MissingToolError where it is none."""
        stream, _ = self._api.get_archive(self.id, path)
        with (
            contextlib.closing(_Reader(stream)) as reader,
            tarfile.open(fileobj=cast(IO[bytes], reader), mode="r|") as archive,
        ):
            member = archive.next()
            content = archive.extractfile(member) if member and member.isfile() else None
            if member is None or content is None or member.size > MAX_FILE:
                raise MissingToolError(f"{path} in the container is not a regular file")
            with target.open("wb") as out:
                while block := content.read(1 << 20):
                    out.write(block)

    def close(self) -> None:
        """Let go of its stdin."""
        if self._stdin is not None:
            with contextlib.suppress(OSError):
                self._stdin.close()


class _Reader:
    """The chunks of an HTTP body as the little of a file that tarfile's stream mode asks for."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._source = chunks
        self._chunks: Iterator[bytes] = iter(chunks)
        self._rest = b""

    def read(self, size: int) -> bytes:
        while len(self._rest) < size:
            chunk = next(self._chunks, b"")
            if not chunk:
                break
            self._rest += chunk
        taken, self._rest = self._rest[:size], self._rest[size:]
        return taken

    def close(self) -> None:
        closing = getattr(self._source, "close", None)
        if closing is not None:
            closing()
