"""A browser for the tests: Playwright's own, else the system's, else Debian's. `python -m infra.setup.browser`

What was found is noted in `.venv/browser`: the path of an executable, or nothing for Playwright's own.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

NOTE = Path(sys.prefix) / "browser"
DOWNLOAD_SECONDS = 180
PACKAGE_SECONDS = 600
SYSTEM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def launches(executable: str) -> bool:
    """Whether this browser shows a page; an empty name is Playwright's own."""
    from playwright.sync_api import Error, sync_playwright

    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=executable or None, timeout=30_000)
            page = browser.new_page()
            page.set_content("<title>countersign</title>")
            shown = page.title() == "countersign"
            browser.close()
        except Error:
            return False
    return shown


def candidates() -> Iterator[tuple[str, str]]:
    """Executables and what to call them, each made available only when the ones before did not do."""
    if NOTE.exists():
        yield NOTE.read_text(), "the browser of the last time"
    yield "", "Playwright's chromium"
    print("Downloading Playwright's chromium.", flush=True)
    if _runs([sys.executable, "-m", "playwright", "install", "--only-shell", "chromium"], DOWNLOAD_SECONDS):
        yield "", "Playwright's chromium"
    else:
        print("It could not be downloaded; looking for the system's.", flush=True)
    yield from _system()
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing Debian's chromium.", flush=True)
        quiet = ["apt-get", "-qq", "-y"]
        if _runs([*quiet, "update"], PACKAGE_SECONDS) and _runs([*quiet, "install", "chromium"], PACKAGE_SECONDS):
            yield from _system()


def _system() -> Iterator[tuple[str, str]]:
    for name in SYSTEM_NAMES:
        if found := shutil.which(name):
            yield found, found


def _runs(command: list[str], seconds: int) -> bool:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(command, env=environment, capture_output=True, timeout=seconds)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def main() -> None:
    for executable, name in candidates():
        if launches(executable):
            NOTE.write_text(executable)
            print(f"Browser for the tests: {name}{f' ({executable})' if executable != name and executable else ''}.")
            return
    NOTE.unlink(missing_ok=True)
    print("No browser could be had, so the browser tests are not run. Install chromium, then: make browser")


if __name__ == "__main__":
    main()
