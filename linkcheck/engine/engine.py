"""The one module that imports `docker`, and that only once an engine is wanted.

An `Engine` is a connection that answers; whatever it then refuses leaves here as a
MissingToolError with the engine's own words.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from linkcheck.engine.container import Container
from linkcheck.engine.owner import current_owner, is_dead
from linkcheck.errors import MissingToolError

LABEL = "org.linkcheck"
OWNER_LABEL = "org.linkcheck.owner"
PING_TIMEOUT = 5
CALL_TIMEOUT = 60
NEXT_STEP = "start Docker Engine or set DOCKER_HOST, or build with --builder local"


@dataclass(frozen=True, slots=True)
class Image:
    """An image that the engine holds."""

    ref: str
    id: str
    env: tuple[tuple[str, str], ...]
    architecture: str  # in Go's words, as image configurations have it: amd64, arm64, ...


@dataclass(frozen=True, slots=True)
class ContainerSpec:
    """What a throwaway container is made from.

    `binds` maps folders of this machine, seen read-only, and `volumes` names of volumes, to
    absolute paths inside. `seconds` is how long it lives at most, whatever becomes of us.
    """

    image: str
    seconds: int
    binds: tuple[tuple[str, str], ...] = ()
    volumes: tuple[tuple[str, str], ...] = ()
    env: tuple[tuple[str, str], ...] = ()
    network: bool = False
    memory: int | None = None
    pids: int | None = None


def labels(kind: str) -> dict[str, str]:
    """The labels of a thing that this process makes and will remove; `sweep` knows them."""
    return {LABEL: kind, OWNER_LABEL: current_owner()}


def connect(environ: Mapping[str, str], timeout: int = PING_TIMEOUT) -> Engine:
    """The engine of DOCKER_HOST, else of DOCKER_CONTEXT or the current context, else the usual one.

    Raises MissingToolError where none answers within `timeout` seconds.
    """
    import docker  # noqa: PLC0415 -- takes 0.2 s to import, which `analyze` must not pay

    with plain_errors("no Docker Engine answers", NEXT_STEP):
        arguments = _endpoint(docker, environ)
        url = str(arguments.get("base_url") or "")
        arguments["use_ssh_client"] = url.startswith("ssh://")
        api: Any = docker.APIClient(version="auto", timeout=timeout, **arguments)
        try:
            info = api.info()
        except BaseException:
            api.close()
            raise
        api.timeout = CALL_TIMEOUT
    return Engine(api, url, info)


class Engine:
    """A Docker Engine that answers. Usable from several threads."""

    def __init__(self, api: Any, url: str, info: Mapping[str, Any]) -> None:
        self._api = api
        self._lock = threading.Lock()
        self._containers: set[str] = set()
        self._closed = False
        self.url = url
        self.version = str(info.get("ServerVersion", ""))
        self.cpus = int(info.get("NCPU") or 1)
        self.memory = int(info.get("MemTotal") or 0)
        self.architecture = str(info.get("Architecture") or "")  # as `uname -m` says it: x86_64

    @property
    def remote(self) -> bool:
        """Whether it is reached over a network, so that no folder of ours can be mounted."""
        return self.url.startswith(("tcp://", "ssh://", "http://", "https://"))

    def describe(self) -> str:
        """One phrase: version, and where unless that is the usual place."""
        return f"Docker Engine {self.version}" + (f" at {self.url}" if self.url else "")

    def image(self, ref: str) -> Image | None:
        """The image `ref`, or None where the engine does not hold it. Raises MissingToolError."""
        import docker  # noqa: PLC0415 -- see connect

        with plain_errors(f"Docker Engine can't look up {ref}"):
            try:
                found = self._api.inspect_image(ref)
            except docker.errors.NotFound:
                return None
        pairs = (item.partition("=") for item in (found.get("Config") or {}).get("Env") or ())
        return Image(
            ref=ref,
            id=found["Id"],
            env=tuple((name, value) for name, _, value in pairs),
            architecture=str(found.get("Architecture") or "unknown"),
        )

    def image_refs(self, repository: str) -> tuple[str, ...]:
        """The tagged images of one repository that the engine holds. Raises MissingToolError."""
        with plain_errors("Docker Engine can't list its images"):
            images = self._api.images(name=repository)
        return tuple(sorted(tag for image in images for tag in image.get("RepoTags") or ()))

    def pull(self, ref: str, progress: Callable[[str], None], platform: str | None = None) -> None:
        """Pull an image, for `platform` (default: the engine's own).

        Raises MissingToolError with the registry's reason.
        """
        progress(f"pulling {ref}" + (f" for {platform}" if platform else ""))
        with plain_errors(f"{ref} can't be pulled"):
            for line in self._api.pull(ref, stream=True, decode=True, platform=platform):
                if "error" in line:
                    raise MissingToolError(f"{ref} can't be pulled: {line['error']}")

    def ensure_volume(self, name: str) -> None:
        """Make a named volume unless it is there. Raises MissingToolError."""
        with plain_errors(f"Docker Engine can't make the volume {name}"):
            self._api.create_volume(name=name, labels={LABEL: "cache"})

    @property
    def client(self) -> Any:
        """The client library's connection, for the modules of this package alone."""
        return self._api

    @contextlib.contextmanager
    def container(self, spec: ContainerSpec) -> Iterator[Container]:
        """A running container, idle until told what to do, and gone when the block ends.

        It is gone as well soon after this process is killed: its first process reads a stdin
        that is attached to our connection, ends with it, and the engine then removes it.
        Raises MissingToolError where it can't be made or started.
        """
        with (
            self.created(f"{spec.image} can't be started", **self._creation(spec)) as container_id,
            contextlib.closing(Container(self._api, container_id)) as container,
        ):
            with plain_errors(f"{spec.image} can't be started"):
                container.start()
            yield container

    @contextlib.contextmanager
    def created(self, what: str, **creation: Any) -> Iterator[str]:
        """The id of a container that was created and not started; it is gone after the block.

        `creation` is what the client library's `create_container` takes.
        Raises MissingToolError, led by `what`, where it can't be made, or after `end_all`.
        """
        with plain_errors(what):
            container_id: str = self._api.create_container(**creation)["Id"]
        with self._lock:
            self._containers.add(container_id)
            closed = self._closed
        try:
            if closed:
                raise MissingToolError("interrupted")
            yield container_id
        finally:
            self._remove(container_id)
            with self._lock:
                self._containers.discard(container_id)

    def sweep(self) -> int:
        """Remove what linkcheck processes of this machine left that are no more; how many things.

        Containers, and images that were made to start one program.
        """
        ours = {"label": OWNER_LABEL}
        with plain_errors("Docker Engine can't list its containers and images"):
            containers = self._api.containers(all=True, filters=ours)
            images = self._api.images(filters=ours)
        stale = [found["Id"] for found in containers if _is_orphan(found)]
        for container_id in stale:
            self._remove(container_id)
        useless = [found["Id"] for found in images if _is_orphan(found)]
        for image_id in useless:
            self.remove_image(image_id)
        return len(stale) + len(useless)

    def remove_image(self, ref: str) -> None:
        """Remove an image of ours, and no untagged one below it, which may be the user's."""
        with contextlib.suppress(MissingToolError), plain_errors(""):
            self._api.remove_image(ref, force=True, noprune=True)

    def end_all(self) -> None:
        """Remove every container of ours, from any thread, and start no more."""
        with self._lock:
            self._closed = True
            running = list(self._containers)
        for container_id in running:
            self._remove(container_id)

    def close(self) -> None:
        """Close the connection."""
        self._api.close()

    def _creation(self, spec: ContainerSpec) -> dict[str, Any]:
        import docker  # noqa: PLC0415 -- see connect

        mounts = [
            docker.types.Mount(target=inside, source=here, type="bind", read_only=True)
            for here, inside in spec.binds
        ] + [
            docker.types.Mount(target=inside, source=name, type="volume")
            for name, inside in spec.volumes
        ]
        host_config = self._api.create_host_config(
            auto_remove=True,
            mounts=mounts,
            network_mode=None if spec.network else "none",
            mem_limit=spec.memory,
            pids_limit=spec.pids,
            cap_drop=["ALL"],
            # sources may be readable by their owner alone; they are mounted read-only
            cap_add=["DAC_OVERRIDE"],
            security_opt=["no-new-privileges"],
        )
        return {
            "image": spec.image,
            "entrypoint": ["timeout", str(spec.seconds)],
            "command": ["cat"],
            "environment": dict(spec.env),
            "labels": labels("build"),
            "stdin_open": True,
            "host_config": host_config,
        }

    def _remove(self, container_id: str) -> None:
        """Remove a container; what the engine says against it matters no more."""
        with contextlib.suppress(MissingToolError), plain_errors(""):
            self._api.remove_container(container_id, force=True, v=True)
        with contextlib.suppress(MissingToolError), plain_errors(""):
            self._api.wait(container_id, timeout=10, condition="removed")


@contextlib.contextmanager
def plain_errors(what: str, next_step: str = "") -> Iterator[None]:
    """Turn whatever the client library raises in the block into a MissingToolError."""
    import docker.utils.socket  # noqa: PLC0415 -- see connect
    import requests  # noqa: PLC0415
    import urllib3  # noqa: PLC0415

    try:
        yield
    except docker.errors.APIError as error:
        raise MissingToolError(
            f"{what}: {error.explanation or error}", next_step=next_step
        ) from error
    except (
        docker.errors.DockerException,
        docker.utils.socket.SocketError,
        requests.RequestException,
        urllib3.exceptions.HTTPError,
        OSError,
        ValueError,
    ) as error:
        reason = " ".join(str(error).split())[:300]
        raise MissingToolError(f"{what}: {reason}", next_step=next_step) from error


def _is_orphan(found: Mapping[str, Any]) -> bool:
    return is_dead((found.get("Labels") or {}).get(OWNER_LABEL, ""))


def _endpoint(docker: Any, environ: Mapping[str, str]) -> dict[str, Any]:
    if environ.get("DOCKER_HOST"):
        arguments: dict[str, Any] = docker.utils.kwargs_from_env(environment=dict(environ))
        return arguments
    name = environ.get("DOCKER_CONTEXT") or docker.context.config.get_current_context_name()
    if name == "default":
        return {}
    context = docker.context.ContextAPI.get_context(name)
    if context is None:
        raise MissingToolError(
            f"there is no Docker context {name!r}", next_step="see `docker context ls`"
        )
    return {"base_url": context.Host, "tls": context.TLSConfig or False}
