"""`linkcheck` and `python -m linkcheck`."""

from __future__ import annotations

from linkcheck.cli.app import main

if __name__ == "__main__":
    main()
