"""The ways out for one program, as a table or as JSON."""

from __future__ import annotations

import json
from typing import Any, Final

from linkcheck import __version__
from linkcheck.model.ways import Way, Ways
from linkcheck.report.columns import columns
from linkcheck.report.json import SCHEMA_VERSION, trial_document
from linkcheck.report.screen import Screen
from linkcheck.report.text import human_size, paint, paragraph, plain, short_base

_COLORS: Final = {"started": "runs", "refused": "fails", "not tried": "unknown"}


def table(found: Ways, screen: Screen) -> str:
    """One line a way by image size, then each with its steps and its price."""
    rows = [
        [
            str(number),
            plain(way.name),
            plain(_base(way)),
            _size(way),
            paint(_seen(way), _COLORS[_seen(way)], screen),
        ]
        for number, way in enumerate(found.ways, 1)
    ]
    lines = [f"Ways to ship {plain(found.program)}, by image size", ""]
    lines += columns(["", "way", "base", "image", "there"], rows) if rows else ["none"]
    for number, way in enumerate(found.ways, 1):
        lines += ["", *paragraph(f"{number}. {way.what}", screen)]
        for text in _told(way):
            lines += paragraph(text, screen, first="   - ")
        if way.command:
            lines += paragraph(way.command, screen, first="   $ ", rest="     ")
    if found.none:
        lines += ["", "No way:"]
    for one in found.none:
        lines += paragraph(f"{one.what}: {one.why}", screen, first="  ", rest="    ")
    return "\n".join(line.rstrip() for line in lines) + "\n"


def document(found: Ways) -> str:
    """The same as JSON; keys are added, never renamed or removed."""
    projected = {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "linkcheck", "version": __version__},
        "program": found.program,
        "ways": [_way(way) for way in found.ways],
        "none": [{"what": one.what, "why": one.why} for one in found.none],
    }
    return json.dumps(projected, indent=2) + "\n"


def _way(way: Way) -> dict[str, Any]:
    return {
        "kind": way.kind,
        "name": way.name,
        "what": way.what,
        "base": way.base,
        "verdict": way.answer,
        "add": list(way.add),
        "image_size": way.size,
        "image_measured": way.measured,
        "price": list(way.price),
        "command": way.command or None,
        "trial": trial_document(way.trial) if way.trial else None,
        "untried": way.untried or None,
    }


def _base(way: Way) -> str:
    return short_base(way.base) + (f" + {', '.join(way.add)}" if way.add else "")


def _size(way: Way) -> str:
    if way.size is None:
        return "?"
    return f"{'' if way.measured else '~'}{human_size(way.size)}"


def _seen(way: Way) -> str:
    return way.trial.observed if way.trial else "not tried"


def _told(way: Way) -> list[str]:
    said = list(way.price)
    if way.trial is None:
        said.append(f"not tried: {way.untried}")
    elif way.trial.agrees is False:
        said.append(f"predicted: {way.answer}, but it was {way.trial.observed}")
        said.append(way.trial.output_tail)
    return said
