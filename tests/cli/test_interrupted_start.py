"""Ctrl-C before there is anything to interrupt: while linkcheck's own modules are loaded."""

from __future__ import annotations

import subprocess
import sys

from tests.cli.command import PROJECT

PRESSED_AS_IT_LOADS = """
import sys

class Pressed:
    def find_spec(self, name, path=None, target=None):
        if name == "typer":
            raise KeyboardInterrupt

sys.meta_path.insert(0, Pressed())
from linkcheck.__main__ import main
main()
"""


def test_ctrl_c_while_linkcheck_still_loads_is_told_in_one_line() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PRESSED_AS_IT_LOADS, "bases"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (
        130,
        "",
        "linkcheck: error: interrupted\n",
    )
