"""The HTML report in Chromium: complete without a network, and for keyboard, screen and paper."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from linkcheck.model.report import Report
from tests.browser.chromium import QUIET, logged, look
from tests.report.hostile import hostile_matrix
from tests.report.samples import matrix, report, subject

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

    Write = Callable[[Report], Path]

pytestmark = pytest.mark.browser
SAMPLES = {
    "programs": report(),
    "one": Report((subject(trace=True),)),
    "matrix": matrix(),
    "hostile": hostile_matrix(),
}
SCREENS = [(1280, "light"), (1280, "dark"), (360, "light"), (360, "dark")]


def press(driver: Chrome, *keys: str) -> None:
    from selenium.webdriver import ActionChains, Keys  # noqa: PLC0415 -- see chromium.missing

    for key in keys:
        ActionChains(driver).send_keys(getattr(Keys, key)).perform()


def focused(driver: Chrome) -> str:
    """The name of what has the focus."""
    told: str = driver.execute_script(
        "const e = document.activeElement; return e.ariaLabel || e.textContent.trim()"
    )
    return told


def opened(driver: Chrome) -> list[str]:
    """The texts of the cells' popovers that are open."""
    return [found.text for found in driver.find_elements("css selector", ":popover-open")]


def violations(driver: Chrome) -> list[tuple[str, list[str]]]:
    """What axe-core finds, as (rule, selectors)."""
    script = files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8")
    driver.execute_script(script)
    found: dict[str, Any] = driver.execute_async_script(
        "const done = arguments[0]; axe.run().then(done, (e) => done({error: String(e)}))"
    )
    assert "error" not in found
    assert len(found["passes"]) > 10
    return [
        (rule["id"], [" ".join(node["target"]) for node in rule["nodes"]])
        for rule in found["violations"]
    ]


@pytest.mark.parametrize("sample", SAMPLES)
def test_it_asks_nothing_of_the_network_and_logs_no_complaint(
    browser: Chrome, page: Write, sample: str
) -> None:
    path = page(SAMPLES[sample])
    logged(browser, "browser")
    logged(browser, "performance")
    look(browser, path, width=1280)
    asked = [
        message["params"]["request"]["url"]
        for entry in logged(browser, "performance")
        if (message := json.loads(entry["message"])["message"])["method"]
        == "Network.requestWillBeSent"
    ]
    assert asked == [path.as_uri()]
    assert logged(browser, "browser") == []


def test_no_script_of_a_hostile_program_runs(browser: Chrome, page: Write) -> None:
    look(browser, page(hostile_matrix()), width=1280)
    for cell in browser.find_elements("css selector", ".cell"):
        browser.execute_script("arguments[0].click()", cell)
    assert browser.execute_script("return window.pwned === undefined")
    assert "<script>window.pwned=1</script>" in browser.find_element("css selector", "h1").text


def test_the_policy_stops_a_script_that_is_not_ours(browser: Chrome, page: Write) -> None:
    path = page(matrix())
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("</main>", "<script>window.pwned=1</script></main>"), "utf-8")
    look(browser, path, width=1280)
    assert browser.execute_script("return window.pwned === undefined")
    assert "Content Security Policy" in logged(browser, "browser")[-1]["message"]


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
@pytest.mark.parametrize("sample", SAMPLES)
def test_axe_finds_nothing_wrong_with_it_closed_or_opened(
    browser: Chrome, page: Write, sample: str, width: int, scheme: str
) -> None:
    look(browser, page(SAMPLES[sample]), width=width, scheme=scheme)
    assert violations(browser) == []
    browser.execute_script("for (const part of document.querySelectorAll('details')) part.open = 1")
    browser.find_element("css selector", ".cell").click()
    assert len(opened(browser)) == 1
    assert violations(browser) == []


@pytest.mark.parametrize("sample", SAMPLES)
def test_at_360_pixels_only_tables_scroll_sideways(
    browser: Chrome, page: Write, sample: str
) -> None:
    look(browser, page(SAMPLES[sample]), width=360)
    browser.execute_script("for (const part of document.querySelectorAll('details')) part.open = 1")
    assert browser.execute_script("return document.documentElement.scrollWidth") == 360
    browser.find_element("css selector", ".cell").click()
    box = browser.find_element("css selector", ":popover-open").rect
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 360


def test_it_is_dark_where_the_reader_wants_that(browser: Chrome, page: Write) -> None:
    path = page(matrix())
    shades = {}
    for scheme in ("light", "dark"):
        look(browser, path, width=800, scheme=scheme)
        color = browser.find_element("css selector", "body").value_of_css_property(
            "background-color"
        )
        shades[scheme] = color
    assert shades["light"] == "rgba(255, 255, 255, 1)"
    assert shades["dark"] == "rgba(17, 20, 24, 1)"


def test_a_cell_opens_on_a_click_and_closes_on_one_elsewhere(browser: Chrome, page: Write) -> None:
    look(browser, page(matrix()), width=1280)
    browser.find_element("css selector", "[aria-label^='default on scratch']").click()
    (text,) = opened(browser)
    assert text.startswith("default on scratch\nfails\nloader /lib64/ld-linux-x86-64.so.2 is not")
    assert "exec /app: no such file or directory" in text
    browser.find_element("css selector", "h1").click()
    assert opened(browser) == []


def test_all_of_it_can_be_done_by_keyboard(browser: Chrome, page: Write) -> None:
    look(browser, page(matrix()), width=1280)
    press(browser, "TAB")
    assert focused(browser) == "Skip to the verdicts"
    press(browser, "TAB")
    assert focused(browser) == "Skip the table"
    press(browser, "TAB", "TAB")
    assert focused(browser) == "default on scratch: fails, refused"
    outline = browser.switch_to.active_element.value_of_css_property("outline-style")
    assert outline == "solid"
    press(browser, "ARROW_RIGHT")
    assert focused(browser).startswith("default on static-debian13: runs")
    press(browser, "ARROW_DOWN", "END")
    assert focused(browser) == "cgo-off on dir:debian-11: degraded"
    press(browser, "ARROW_DOWN")  # the builds below have no cells
    assert focused(browser) == "cgo-off on dir:debian-11: degraded"
    press(browser, "HOME", "ARROW_UP", "ENTER")
    assert opened(browser)[0].startswith("default on scratch")
    assert focused(browser) == "Close"
    press(browser, "ESCAPE")
    assert opened(browser) == []
    assert focused(browser) == "default on scratch: fails, refused"
    press(browser, "SPACE", "ENTER")
    assert opened(browser) == []


def test_without_its_script_cells_open_all_the_same(browser: Chrome, page: Write) -> None:
    path = page(matrix())
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        look(browser, path, width=1280)
        browser.find_element("css selector", "[aria-label^='default on scratch']").click()
        assert browser.find_element("css selector", "#cell-0-0").is_displayed()
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_on_paper_twelve_bases_fit_between_the_margins(browser: Chrome, page: Write) -> None:
    first, *others = matrix().subjects
    more = tuple(first.verdicts[0]._replace(base=f"amazonlinux:20{n}") for n in range(5))
    wide = first._replace(verdicts=(*first.verdicts, *more))
    look(browser, page(matrix()._replace(subjects=(wide, *others))), width=702)  # A4 less 24 mm
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        assert browser.execute_script("return document.documentElement.scrollWidth") == 702
        for cell in browser.find_elements("css selector", ".cell"):
            word = cell.find_element("css selector", ".word").rect
            assert word["x"] + word["width"] <= cell.rect["x"] + cell.rect["width"]
        assert not browser.find_element("css selector", ".skip").is_displayed()
    finally:
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_on_paper_every_detail_is_unfolded_and_folded_again_later(
    browser: Chrome, page: Write
) -> None:
    look(browser, page(matrix()), width=1280)
    browser.execute_script(
        "addEventListener('beforeprint', () => {"
        " window.unfolded = document.querySelectorAll('details[open]').length })"
    )
    printed = browser.execute_cdp_cmd("Page.printToPDF", {})
    assert len(printed["data"]) > 10_000
    assert browser.execute_script("return window.unfolded") == 4
    assert browser.execute_script("return document.querySelectorAll('details[open]').length") == 0


def test_a_plain_headless_chromium_shows_it(page: Write, tmp_path: Path) -> None:
    command = [shutil.which("chromium") or "", *QUIET, "--window-size=1280,1000"]
    picture = tmp_path / "report.png"
    url = page(matrix()).as_uri()
    subprocess.run(
        [*command, f"--user-data-dir={tmp_path / 'a'}", f"--screenshot={picture}", url],
        capture_output=True,
        timeout=60,
        check=True,
    )
    assert picture.read_bytes().startswith(b"\x89PNG")
    dumped = subprocess.run(
        [*command, f"--user-data-dir={tmp_path / 'b'}", "--dump-dom", url],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert dumped.stdout.count('popover="auto"') == 14
