"""Takes the pictures of the pages in `docs/images`: `make screenshots`, or `python -m docs.screenshots`.

Runs two rounds on the demo in a workspace of its own (a whole one with a simulated annotator for the page Run, one
that only explores for the page Label), starts the app on it and drives Debian's chromium. Takes about ten minutes on
two cores; with `--workspace DIR` an interrupted run goes on where it was.
"""

from __future__ import annotations

import argparse
import io
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, FloatRect, Page, expect

from benchmarks.app import ROOT, browsing, running

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

GATE_FAILED = 3


def main() -> int:
    """Run the rounds and take the pictures; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--workspace", type=Path, metavar="DIR", help="keep the rounds here (default: a temporary folder)"
    )
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, browsing() as browser:
        workspace = arguments.workspace or Path(folder) / "faded"
        for flags in ROUNDS:
            command = [sys.executable, "-m", "faded", "run", "--demo", "signs", *flags, "--workspace", str(workspace)]
            code = subprocess.run(command, cwd=ROOT).returncode  # noqa: S603 - our own module
            if code not in (0, GATE_FAILED):
                return code
        with running(workspace) as app:
            take(browser, app.address)
    return 0


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
            write(page.screenshot(full_page=True, clip=clip), IMAGES / f"{name}{suffix}.png")
        context.close()


def write(picture: bytes, file: Path) -> None:
    """Write a picture with a palette: a third of the size."""
    with Image.open(io.BytesIO(picture)) as image:
        image.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(file, optimize=True)


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
