"""Takes the pictures of the pages in `docs/images`: `make screenshots`, or `python docs/screenshots.py`.

Runs two rounds on the demo in a workspace of its own (a whole one with a simulated annotator for the page Run, one
that only explores for the page Label), starts the app on it and drives Debian's chromium. Takes about ten minutes on
two cores; with `--workspace DIR` an interrupted run goes on where it was.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
ROUNDS = (
    ["--oracle", "--labels", "100", "--queries", "6000", "--seed", "0"],
    ["--queries", "2000", "--seed", "1"],
)
LOOKS = {"": (1440, 1000, "light"), "-dark": (1440, 1000, "dark"), "-phone": (390, 844, "light")}
"""Suffix of the file: width, height and colour scheme."""

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]
START_S = 60.0
GATE_FAILED = 3


def main() -> int:
    """Run the rounds, take the pictures; return 1 where chromium is missing."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--workspace", type=Path, metavar="DIR", help="keep the rounds here (default: a temporary folder)"
    )
    arguments = parser.parse_args()
    chromium = shutil.which("chromium")
    if chromium is None:
        print("chromium is missing: apt-get install chromium", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as folder:
        workspace = arguments.workspace or Path(folder) / "faded"
        for flags in ROUNDS:
            command = [sys.executable, "-m", "faded", "run", "--demo", "signs", *flags, "--workspace", str(workspace)]
            code = subprocess.run(command, cwd=ROOT).returncode  # noqa: S603 - our own module
            if code not in (0, GATE_FAILED):
                return code
        with app(workspace) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
            take(browser, address)
            browser.close()
    return 0


@contextlib.contextmanager
def app(workspace: Path) -> Iterator[str]:
    """Start the app; give its address; end it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "app.py", "--port", str(port), "--workspace", str(workspace)]
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ | {"OMP_NUM_THREADS": "1"})  # noqa: S603 - our own module
    address = f"http://127.0.0.1:{port}"
    try:
        end = time.monotonic() + START_S
        while time.monotonic() < end:
            with contextlib.suppress(OSError):
                urllib.request.urlopen(address, timeout=5).close()
                break
            time.sleep(0.2)
        yield address
    finally:
        process.terminate()
        process.wait()


def take(browser: Browser, address: str) -> None:
    """Write every picture."""
    IMAGES.mkdir(exist_ok=True)
    for suffix, (width, height, scheme) in LOOKS.items():
        dark = scheme == "dark"
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light"
        )
        page = context.new_page()
        run(page, address)
        page.screenshot(path=IMAGES / f"run{suffix}.png", full_page=True)
        label(page, address)
        page.screenshot(path=IMAGES / f"label{suffix}.png", full_page=True)
        context.close()


def run(page: Page, address: str) -> None:
    """Show the verified round: the older of the two campaigns, so the last of the picker."""
    page.goto(address)
    expect(page.locator(".heat-cell").first).to_be_visible(timeout=30_000)
    page.get_by_label("Campaign").click()
    page.get_by_role("option").last.click()
    expect(page.locator("#run-verification")).to_contain_text("The gate", timeout=30_000)
    page.mouse.move(0, 0)
    page.wait_for_timeout(500)


def label(page: Page, address: str) -> None:
    """Show a proposal of the newer round."""
    page.goto(f"{address}/label")
    expect(page.locator("[data-f=item]:not(.bare)")).to_be_visible(timeout=30_000)
    page.wait_for_timeout(500)


if __name__ == "__main__":
    sys.exit(main())
