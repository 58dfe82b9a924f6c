"""`linkcheck` and `python -m linkcheck`."""

from __future__ import annotations

import gc
import sys
from typing import NoReturn

# start-up makes many objects and no garbage: the collector would only look at them all, thrice
gc.set_threshold(50_000, 20, 20)


def main() -> NoReturn:
    """Run the command line of this process and exit with its code."""
    try:
        # loading takes a tenth of a second, in which Ctrl-C can be pressed as well
        from linkcheck.cli.app import main as run  # noqa: PLC0415

        run()
    except KeyboardInterrupt:
        sys.stderr.write("linkcheck: error: interrupted\n")
        sys.exit(130)


if __name__ == "__main__":
    main()
