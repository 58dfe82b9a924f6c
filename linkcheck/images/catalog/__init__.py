"""The catalog of published base images: data, and the code that answers as a loader would see them.

To add a base, write one table into `linkcheck/images/data/bases.toml` (the comment at its top
explains each key), name the source of what was not harvested, and run
`python -m tools.harvest bases`, which validates it and writes `bases.json` and `docs/bases.md`.
Where a real image of it can be had, `python -m tools.harvest check NAME=FOLDER` compares both.

The symbol tables beside it are made by `python -m tools.harvest` too, never by hand:
`glibc/` and `musl/` hold what each C library exports by release, `libraries/` which other
libraries a base has.
"""

from linkcheck.images.catalog.base import CatalogBase
from linkcheck.images.catalog.catalog import Catalog, load_catalog

__all__ = ["Catalog", "CatalogBase", "load_catalog"]
