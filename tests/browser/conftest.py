"""A real browser for tests with the marker `browser`; without one they are skipped, and say why."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from linkcheck.model.report import Report
from linkcheck.report.html import render
from tests.browser.chromium import chromium, missing

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

REQUIRED = os.environ.get("LINKCHECK_REQUIRE_BROWSER") == "1"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what this machine can't show, unless it was promised that it can."""
    wanted = [item for item in items if item.get_closest_marker("browser")]
    if wanted and not REQUIRED and (why := missing()):
        for item in wanted:
            item.add_marker(pytest.mark.skip(reason=why))


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    assert missing() == ""
    with chromium(tmp_path_factory.mktemp("profile")) as driver:
        yield driver


@pytest.fixture
def page(tmp_path: Path) -> Callable[[Report], Path]:
    """`page(report)`: the report as an HTML file."""

    def write(report: Report) -> Path:
        path = tmp_path / "report.html"
        path.write_text(render(report), encoding="utf-8")
        return path

    return write
