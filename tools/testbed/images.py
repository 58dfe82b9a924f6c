"""The roots as images of the Docker engine, and two images that build Go programs.

An image made by `docker import` has one layer, just the files of its root, plus the settings
(environment, command, working folder) of the official image that it stands for. A label holds
what it was made from, so an image is imported again exactly when that changes.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from . import apt, cache, debian, golang, roots
from .host import TestbedError, need, run, say

RECIPE = 1
REPOSITORY = "linkcheck-test"
LABEL = "linkcheck.testbed"
BUILDER_SUITE = "bookworm"
GO_SERIES = golang.VERSION.rpartition(".")[0]

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_CERTIFICATES = "SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt"
_COMPILERS = ("gcc", "g++", "libc6-dev", "make", "pkg-config", "git", "ca-certificates")
_MUSL = ("musl", "musl-dev", "musl-tools")


@dataclass(frozen=True, slots=True)
class Image:
    """One image: its names, the folders that make its files, the settings laid over them."""

    tags: tuple[str, ...]
    settings: tuple[str, ...]
    sources: tuple[str, ...]  # tar arguments
    made_from: str

    @property
    def key(self) -> str:
        """What the label says: another key means another image."""
        text = json.dumps([RECIPE, self.settings, self.sources, self.made_from])
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def make() -> list[str]:
    """Import every image that the engine lacks, and return all their names."""
    images = (*_bases(), _golang())
    with cache.locked("images"):
        return [*map(_import, images), _musl_builder()]


def _bases() -> list[Image]:
    images = []
    for name, folder in roots.make().items():
        if name == "scratch":  # built into the engine
            continue
        family, _, release = name.partition("-")
        distroless = family == "distroless"
        images.append(
            Image(
                tags=(
                    f"{REPOSITORY}/{name}" if distroless else f"{REPOSITORY}/{family}:{release}",
                ),
                settings=(
                    f"ENV PATH={_PATH}",
                    f"ENV {_CERTIFICATES}" if distroless else f"CMD {_shell(family)}",
                ),
                sources=("-C", str(folder), "."),
                made_from=str(cache.read_stamp(f"roots/{name}")),
            )
        )
    return images


def _shell(family: str) -> str:
    return '["/bin/sh"]' if family == "alpine" else '["bash"]'


def _golang() -> Image:
    """The golang image: a Debian with C and C++ compilers, and Go at /usr/local/go."""
    name = f"builders/golang-{BUILDER_SUITE}"

    def build(folder: Path) -> None:
        debian.bootstrap(BUILDER_SUITE, folder, include=_COMPILERS)
        debian.slim(folder)
        for part in ("go/bin", "go/src"):
            (folder / part).mkdir(parents=True)
            (folder / part).chmod(0o777)

    system = cache.ensure(name, f"{RECIPE} {BUILDER_SUITE} {' '.join(_COMPILERS)}", build)
    goroot = golang.goroot()
    rename = f"--transform=flags=r;s,^{goroot.name},usr/local/go,"
    return Image(
        tags=(
            f"{REPOSITORY}/golang:{BUILDER_SUITE}",
            f"golang:{GO_SERIES}-{BUILDER_SUITE}",
            f"golang:{BUILDER_SUITE}",
        ),
        settings=(
            f"ENV PATH=/go/bin:/usr/local/go/bin:{_PATH}",
            f"ENV GOLANG_VERSION={golang.VERSION} GOTOOLCHAIN=local GOPATH=/go",
            "WORKDIR /go",
            'CMD ["bash"]',
        ),
        sources=(rename, "-C", str(system), ".", "-C", str(goroot.parent), goroot.name),
        made_from=f"{cache.read_stamp(name)} {golang.VERSION}",
    )


def _import(image: Image) -> str:
    """Pipe the files into the engine, unless it has this very image already."""
    name = image.tags[0]
    if _label(name) != image.key:
        say(f"image {name}: importing")
        settings = (*image.settings, f"LABEL {LABEL}={image.key}")
        changes = [part for setting in settings for part in ("--change", setting)]
        archive = ["tar", "--numeric-owner", "-c", *image.sources]
        _pipe(archive, [need("docker"), "import", *changes, "-", name])
    for tag in image.tags[1:]:
        _tag(name, tag)
    say(f"image {name}: ready")
    return name


def _tag(name: str, tag: str) -> None:
    """Give the image an official name too, but never take one from a real official image."""
    if _label(tag) == "" and _exists(tag):
        say(f"image {tag}: there is one already, left as it is")
    else:
        run([need("docker"), "tag", name, tag])


def _musl_builder() -> str:
    """Add Debian's musl compiler to the golang image."""
    return golang_with(f"{REPOSITORY}/golang-musl", _MUSL, ("ENV CC=musl-gcc",))


def golang_with(name: str, packages: Sequence[str], settings: Sequence[str] = ()) -> str:
    """Make the golang image with more packages in it, in a container without a network."""
    base = f"{REPOSITORY}/golang:{BUILDER_SUITE}"
    made_from = f"{RECIPE} {_label(base)} {packages}" + (f" {settings}" if settings else "")
    key = hashlib.sha256(made_from.encode()).hexdigest()[:16]
    if _label(name) == key:
        say(f"image {name}: ready")
        return name
    say(f"image {name}: building")
    docker = need("docker")
    with cache.scratch_folder() as downloads:
        apt.Suite(BUILDER_SUITE).download(packages, downloads)
        install = "dpkg -i /packages/*.deb && rm -r /packages"
        created = run([docker, "create", "--network=none", base, "sh", "-c", install]).strip()
        try:
            run([docker, "cp", str(downloads), f"{created}:/packages"])
            run([docker, "start", "--attach", created])
            lines = (*settings, 'CMD ["bash"]', f"LABEL {LABEL}={key}")
            changes = [part for line in lines for part in ("--change", line)]
            run([docker, "commit", *changes, created, name])
        finally:
            run([docker, "rm", "--force", created])
    say(f"image {name}: ready")
    return name


def _exists(name: str) -> bool:
    return bool(run([need("docker"), "image", "ls", "--quiet", name]).strip())


def _label(name: str) -> str:
    """Return an image's label, empty where the image or the label is missing."""
    if not _exists(name):
        return ""
    asked = ["image", "inspect", "--format", f'{{{{index .Config.Labels "{LABEL}"}}}}', name]
    return run([need("docker"), *asked]).strip()


def _pipe(first: Sequence[str], second: Sequence[str]) -> None:
    """Run two commands with the output of one as the input of the other."""
    with subprocess.Popen(first, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as source:
        done = subprocess.run(second, stdin=source.stdout, capture_output=True, check=False)
        _, errors = source.communicate()
    if source.returncode != 0 or done.returncode != 0:
        reason = (errors + done.stderr).decode(errors="replace").strip()
        raise TestbedError(f"{' '.join(second)[:200]}: {reason}")
