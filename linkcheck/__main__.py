"""`linkcheck` and `python -m linkcheck`."""

from __future__ import annotations

import gc

# start-up makes many objects and no garbage: the collector would only look at them all, thrice
gc.set_threshold(50_000, 20, 20)

from linkcheck.cli.app import main  # noqa: E402

if __name__ == "__main__":
    main()
