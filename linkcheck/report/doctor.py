"""What `doctor` found, as a table or as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from linkcheck import __version__
from linkcheck.model.diagnosis import Check
from linkcheck.report.columns import GAP, columns
from linkcheck.report.screen import Screen
from linkcheck.report.text import paint, paragraph, plain, wrap

_COLORS: Final = {"ok": "runs", "missing": "degraded", "broken": "fails"}


def table(checks: Sequence[Check], screen: Screen) -> str:
    """A line a tool, then what each missing one costs and what brings it."""
    longest = max((len(check.name) for check in checks), default=0)
    room = max(20, screen.width - longest - len("missing") - 2 * GAP)
    rows = [
        [
            check.name,
            paint(check.state, _COLORS[check.state], screen),
            "\n".join(line for told in _told(check) for line in wrap(plain(told), room)),
        ]
        for check in checks
    ]
    lines = columns(["tool", "state", "what is there"], rows)
    bad = [check for check in checks if check.state != "ok"]
    if bad:
        lines += ["", "What that costs, and what mends it:"]
    for check in bad:
        lines += paragraph(f"{check.name}: {check.cost}", screen, rest="    ")
        lines += paragraph(
            check.mend, screen, first="    $ " if _is_command(check.mend) else "    "
        )
    if not bad:
        lines += ["", "All that linkcheck can make use of is here."]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def document(checks: Sequence[Check]) -> str:
    """The same as JSON; keys are added, never renamed or removed."""
    return (
        json.dumps(
            {
                "schema_version": "1",
                "tool": {"name": "linkcheck", "version": __version__},
                "checks": [
                    {
                        "name": check.name,
                        "state": check.state,
                        "found": list(check.found),
                        "trouble": check.trouble or None,
                        "cost": check.cost or None,
                        "mend": check.mend or None,
                    }
                    for check in checks
                ],
            },
            indent=2,
        )
        + "\n"
    )


def _told(check: Check) -> tuple[str, ...]:
    return (*check.found, *((check.trouble,) if check.trouble else ())) or ("-",)


def _is_command(mend: str) -> bool:
    return mend.split(" ", 1)[0] in {
        "apt-get", "apk", "brew", "dnf", "docker", "pip", "systemctl", "usermod",
    }  # fmt: skip
