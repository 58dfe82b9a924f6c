"""All known bases, found by REF."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from typing import Any

from linkcheck.errors import CatalogError
from linkcheck.images.catalog import names, tables
from linkcheck.images.catalog.base import CatalogBase
from linkcheck.model.provides import UNKNOWN

_SUGGESTIONS = 3


class Catalog:
    """The known bases and the names under which they go."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._repositories: Mapping[str, Mapping[str, Any]] = data["repositories"]
        self._bases = {name: CatalogBase(name, record) for name, record in data["bases"].items()}

    @property
    def bases(self) -> tuple[CatalogBase, ...]:
        """Every base, the smallest first; those of unknown size last."""
        return tuple(sorted(self._bases.values(), key=_order))

    def find(self, ref: str) -> CatalogBase | None:
        """The base that a REF means, or None.

        Registry prefixes, codenames, patch releases and dates are understood; no tag means the
        newest; a digest counts only beside a tag, which is then what is used.
        """
        name = names.canonical(ref, self._repositories, self._bases)
        return None if name is None else self._bases[name]

    def suggest(self, ref: str) -> list[str]:
        """The known names that are nearest to an unknown REF, best first; may be empty."""
        import difflib  # noqa: PLC0415 - only for error messages

        wanted = ref.partition("@")[0]
        near = difflib.get_close_matches(wanted, self._bases, n=_SUGGESTIONS, cutoff=0.6)
        if near:
            return near
        repository = wanted.rpartition("/")[2].partition(":")[0]
        same = [name for name in self._bases if repository and repository in name]
        return same[-_SUGGESTIONS:][::-1]


@functools.cache
def load_catalog() -> Catalog:
    """The catalog that is shipped, read once.

    Raises CatalogError where its data is damaged, which is a bug in linkcheck.
    """
    try:
        text = (tables.DATA / "bases.json").read_text(encoding="utf-8")
        return Catalog(json.loads(text))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CatalogError(
            f"the catalog of bases can't be read: {error}", next_step="reinstall linkcheck"
        ) from error


def _order(base: CatalogBase) -> tuple[float, str]:
    return (float("inf") if base.size is UNKNOWN else float(base.size), base.name)
