"""The real program in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parent.parent.parent


def linkcheck(
    *arguments: str | Path, stdin: str | bytes = "", cwd: Path | None = None, **env: str
) -> subprocess.CompletedProcess[str]:
    """`python -m linkcheck ARGUMENTS`; the environment is this one's without its settings."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("LINKCHECK_", "COLUMNS"))}
    return subprocess.run(
        [sys.executable, "-m", "linkcheck", *map(str, arguments)],
        input=stdin if isinstance(stdin, str) else stdin.decode("utf-8", "surrogateescape"),
        cwd=cwd or PROJECT,
        env={**clean, "PYTHONPATH": str(PROJECT), **env},
        capture_output=True,
        text=True,
        errors="surrogateescape",
        timeout=120,
        check=False,
    )
