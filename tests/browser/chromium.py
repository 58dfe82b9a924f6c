"""Debian's Chromium, driven through its own chromedriver, with nothing of it reaching out."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)


def missing() -> str:
    """Why no browser can be driven here, or ""."""
    for command in ("chromium", "chromedriver"):
        if shutil.which(command) is None:
            return f"no {command}: apt-get install --no-install-recommends chromium chromium-driver"
    try:
        import selenium  # noqa: F401, PLC0415 -- most test runs need no browser
    except ImportError:
        return "no selenium: pip install 'linkcheck[dev]'"
    return ""


@contextmanager
def chromium(profile: Path) -> Iterator[Chrome]:
    """A browser with a fresh profile in `profile`; it is gone after the block."""
    from selenium.webdriver import Chrome, ChromeOptions, ChromeService  # noqa: PLC0415

    options = ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for flag in (*QUIET, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = Chrome(options=options, service=ChromeService(shutil.which("chromedriver")))
    driver.set_page_load_timeout(60)
    try:
        driver.get("about:blank")  # its own first page is not to be seen in the logs
        yield driver
    finally:
        driver.quit()


def logged(driver: Chrome, kind: str) -> list[dict[str, Any]]:
    """What was logged since the last call; `kind` is "browser" (complaints) or "performance"."""
    entries: list[dict[str, Any]] = driver.get_log(kind)  # type: ignore[no-untyped-call]
    return entries


def look(
    driver: Chrome, page: Path, *, width: int, height: int = 900, scheme: str = "light"
) -> None:
    """Open a page of this machine in a window of that size and colour scheme."""
    driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False},
    )
    media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    driver.get(page.as_uri())
