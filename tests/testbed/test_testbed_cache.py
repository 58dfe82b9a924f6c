"""The testbed's cache: built once, in one step, by the recipe that is asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.testbed import cache
from tools.testbed.host import TestbedError


@pytest.fixture(autouse=True)
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LINKCHECK_TESTBED", str(tmp_path))
    return tmp_path


class Recipe:
    """A build that counts how often it ran."""

    def __init__(self, text: str = "made") -> None:
        self.text = text
        self.runs = 0

    def __call__(self, folder: Path) -> None:
        self.runs += 1
        (folder / "file").write_text(self.text)


def test_an_entry_is_built_once() -> None:
    recipe = Recipe()
    first = cache.ensure("roots/one", "v1", recipe)
    assert cache.ensure("roots/one", "v1", recipe) == first
    assert recipe.runs == 1
    assert (first / "file").read_text() == "made"


def test_another_recipe_replaces_the_entry() -> None:
    cache.ensure("roots/one", "v1", Recipe("old"))
    place = cache.ensure("roots/one", "v2", Recipe("new"))
    assert (place / "file").read_text() == "new"


def test_an_entry_holds_nothing_but_what_the_recipe_made() -> None:
    place = cache.ensure("roots/one", "v1", Recipe())
    assert [path.name for path in place.iterdir()] == ["file"]


def test_a_build_that_fails_leaves_the_old_entry_and_no_rubbish(empty_cache: Path) -> None:
    place = cache.ensure("roots/one", "v1", Recipe("old"))

    def broken(folder: Path) -> None:
        (folder / "half").touch()
        raise TestbedError("no network")

    with pytest.raises(TestbedError, match="no network"):
        cache.ensure("roots/one", "v2", broken)
    assert (place / "file").read_text() == "old"
    assert not list((empty_cache / "tmp").iterdir())


def test_a_folder_without_a_stamp_is_built_again(empty_cache: Path) -> None:
    recipe = Recipe()
    cache.ensure("roots/one", "v1", recipe)
    (empty_cache / "stamps/roots/one.json").unlink()
    cache.ensure("roots/one", "v1", recipe)
    assert recipe.runs == 2
