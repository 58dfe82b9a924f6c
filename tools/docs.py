"""Write the generated pages of docs/ anew: `python -m tools.docs [--check]`.

docs/commands.md from the commands' own help, docs/json.md from the JSON Schema; docs/rules.md
comes from tools.rulesdoc. With `--check` nothing is written, and drift ends with exit code 1.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from linkcheck.cli.app import COMMANDS, build_app, load_command
from linkcheck.report.schema import schema_text
from tools import rulesdoc

DOCS = Path(__file__).parent.parent / "docs"
WIDTH = 80


def main(arguments: Sequence[str]) -> int:
    """Write (or with `--check` compare) every page; the exit code."""
    check = "--check" in arguments
    stale = [name for name, text in pages().items() if _differs(DOCS / name, text)]
    for name in stale:
        if check:
            print(f"docs/{name} is out of date: run `make docs`", file=sys.stderr)
        else:
            (DOCS / name).write_text(pages()[name], encoding="utf-8")
            print(f"wrote docs/{name}")
    rules = rulesdoc.main(arguments)
    return 1 if check and (stale or rules) else 0


def pages() -> Mapping[str, str]:
    """File name -> text of each page that is made here."""
    return {"commands.md": commands_page(), "json.md": json_page()}


def commands_page() -> str:
    """The help of every command, as it prints itself at 80 columns."""
    lines = ["# Commands", "", "Generated from the commands themselves by `make docs`."]
    lines += ["", "```text", _help(build_app(), "linkcheck"), "```"]
    for name in COMMANDS:
        lines += ["", f"## linkcheck {name}", ""]
        lines += ["```text", _help(load_command(name), f"linkcheck {name}"), "```"]
    return "\n".join(lines) + "\n"


def json_page() -> str:
    """Each key of the JSON report with its type and meaning, from the schema."""
    schema = json.loads(schema_text())
    lines = [
        "# JSON, version 1",
        "",
        "Generated from the JSON Schema (`linkcheck schema`) by `make docs`.",
    ]
    lines += ["", schema["description"], "", "## report", ""]
    lines += _keys(schema)
    for name, part in schema["$defs"].items():
        lines += ["", f"## {name}", "", part["description"], ""]
        lines += _keys(part)
    return "\n".join(lines) + "\n"


def _keys(part: Mapping[str, Any], indent: str = "") -> Iterator[str]:
    for key, about in part.get("properties", {}).items():
        nested = about.get("items", about)
        if "$ref" in nested:
            kind = f"[{nested['$ref'].rsplit('/', 1)[1]}](#{nested['$ref'].rsplit('/', 1)[1]})"
            kind = f"array of {kind}" if "items" in about else kind
        else:
            kind = _kind(about)
        optional = "" if key in part.get("required", ()) else ", not always there"
        text = about.get("description", "")
        yield f"{indent}* `{key}` ({kind}{optional}){': ' + text if text else ''}"
        yield from _keys(nested, indent + "  ")


def _kind(about: Mapping[str, Any]) -> str:
    if "enum" in about:
        return ", ".join(f"`{json.dumps(value)}`" for value in about["enum"])
    if "const" in about:
        return f"`{json.dumps(about['const'])}`"
    kind = about.get("type", "any")
    names = " or ".join(kind) if isinstance(kind, list) else str(kind)
    return f"array of {_kind(about['items'])}" if "items" in about else names


def _help(command: Any, name: str) -> str:
    context = command.context_class(command, info_name=name, terminal_width=WIDTH)
    return "\n".join(line.rstrip() for line in command.get_help(context).splitlines())


def _differs(path: Path, text: str) -> bool:
    return not path.exists() or path.read_text(encoding="utf-8") != text


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
