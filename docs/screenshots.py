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

from playwright.sync_api import Browser, FloatRect, Page, expect, sync_playwright

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
ROUNDS = (
    ["--oracle", "--labels", "100", "--queries", "6000", "--seed", "0"],
    ["--queries", "2000", "--seed", "1"],
)
LOOKS = {"": (1440, 900, "light"), "-dark": (1440, 900, "dark"), "-phone": (390, 844, "light")}
"""Suffix of the file: width, height and colour scheme."""

MOST_HEIGHT = 1500
"""Pages are longer than what a reader of the README wants to scroll by."""

PAGES = {
    "run": "#run-finds img",
    "label": "[data-f=item]:not(.bare)",
    "landscape": ".heat-cell",
    "repair": "#page-repair svg",
    "verify": "#verify-result",
}
"""The pages, and what is there once one is drawn."""

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
        verified, waiting = rounds(page, address)
        for name, ready in PAGES.items():
            show(page, address, waiting if name == "label" else verified, name, ready)
            height = min(page.evaluate("document.documentElement.scrollHeight"), MOST_HEIGHT)
            clip: FloatRect = {"x": 0, "y": 0, "width": width, "height": height}
            page.screenshot(path=IMAGES / f"{name}{suffix}.png", full_page=True, clip=clip)
        context.close()


def rounds(page: Page, address: str) -> tuple[str, str]:
    """Return the verified round and the one whose proposals wait: the older and the newer of the two."""
    page.goto(address)
    links = page.locator("#run-rounds [data-open-round]")
    expect(links).to_have_count(2, timeout=30_000)
    waiting, verified = (str(links.nth(i).get_attribute("data-open-round")) for i in range(2))
    return verified, waiting


def show(page: Page, address: str, round_id: str, name: str, ready: str) -> None:
    """Turn to a page of a round and wait until it is drawn."""
    page.goto("about:blank")
    page.goto(f"{address}/?round={round_id}#{name}")
    expect(page.locator(ready).first).to_be_visible(timeout=30_000)
    page.mouse.move(0, 0)
    page.wait_for_timeout(800)


if __name__ == "__main__":
    sys.exit(main())
