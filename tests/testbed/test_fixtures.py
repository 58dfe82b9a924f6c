"""The fixtures keep the promises that trials rest on."""

from __future__ import annotations

from pathlib import Path

import pytest

FIXTURES = Path(__file__).parents[2] / "fixtures"
NAMES = sorted(path.parent.name for path in FIXTURES.glob("*/go.mod"))


@pytest.mark.parametrize("name", NAMES)
def test_a_fixture_says_first_that_it_started(name: str) -> None:
    main = (FIXTURES / name / "main.go").read_text().partition("func main() {\n")[2]
    assert main.lstrip().startswith(f'fmt.Println("linkcheck-fixture {name} started")')


@pytest.mark.parametrize("name", NAMES)
def test_a_fixture_is_a_module_without_dependencies(name: str) -> None:
    text = (FIXTURES / name / "go.mod").read_text()
    assert text == f"module example.com/fixtures/{name}\n\ngo 1.21\n"


@pytest.mark.parametrize("name", NAMES)
def test_a_fixture_is_in_the_table_of_exit_codes(name: str) -> None:
    assert f"| `{name}" in (FIXTURES / "README.md").read_text()
