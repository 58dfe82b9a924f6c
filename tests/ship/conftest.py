"""What the tests of bundles share: a small root of real files, and bundles made from it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from linkcheck.model.bundle import Bundle
from linkcheck.pipeline.bundle import Request, bundle
from linkcheck.ship.plan import Wanted
from tools.testbed.standins import stand_ins

TRUE = Path("/bin/true")  # a dynamic program of every Linux distribution


@pytest.fixture(scope="session")
def _pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root with what /bin/true needs of this machine."""
    output = tmp_path_factory.mktemp("pristine") / "root"
    bundle(Request(TRUE, ("dir:/",), str(output), verify=False), {})
    (output / "app").unlink()
    (output / "etc" / "passwd").unlink()
    (output / "etc" / "group").unlink()
    return output


@pytest.fixture
def small_root(_pristine: Path, tmp_path: Path) -> Path:
    """A copy of that root, which a test may spoil."""
    return Path(shutil.copytree(_pristine, tmp_path / "small", symlinks=True))


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Bundle]:
    """`make(program, *roots, output=..., ...)`: a bundle, by default in tmp_path / "bundle"."""

    def run(
        program: Path,
        *roots: Path,
        output: str | Path | None = None,
        also: tuple[str, ...] = (),
        user: str | None = None,
        licences: bool = False,
        force: bool = False,
        verify: bool | None = False,
        arguments: tuple[str, ...] = (),
        environ: dict[str, str] | None = None,
    ) -> Bundle:
        request = Request(
            program,
            tuple(f"dir:{root}" for root in roots),
            str(output or tmp_path / "bundle"),
            Wanted(also, user, licences),
            force=force,
            verify=verify,
            arguments=arguments,
        )
        return bundle(request, os.environ if environ is None else environ)

    return run


@pytest.fixture(scope="session")
def stand_in_names() -> Iterator[None]:
    """The names that printed Dockerfiles use, for the testbed's images; skips without these."""
    try:
        with stand_ins():
            yield
    except LookupError as error:
        pytest.skip(str(error))
