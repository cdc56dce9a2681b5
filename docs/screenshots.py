"""Takes the pictures of the pages in `docs/images`: `make screenshots`, or `python -m docs.screenshots`.

Runs rounds on the demos in a workspace of its own (whole ones with a simulated annotator, and one each of pictures,
articles and prompts that only explores for the page Label), starts the app on it and drives Debian's chromium. Takes
about an hour on two cores, most of it for the model that draws; with `--workspace DIR` an interrupted run goes on where
it was.
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
from faded.data.pictures import png
from faded.demo import signs

IMAGES = ROOT / "docs" / "images"
ROUNDS = {
    "drawn": ["--demo", "scenes", "--oracle", "--labels", "100", "--seed", "0"],
    "whole": ["--demo", "signs", "--oracle", "--labels", "100", "--queries", "6000", "--seed", "0"],
    "pictures": ["--demo", "signs", "--queries", "2000", "--seed", "1"],
    "articles": ["--demo", "bulletins", "--queries", "2000", "--seed", "0"],
    "prompts": ["--demo", "scenes", "--queries", "120", "--seed", "1"],
}
"""What is run, from the oldest round to the newest."""
LOOKS = {"": (1440, 900, "light"), "-dark": (1440, 900, "dark"), "-phone": (390, 844, "light")}
"""Suffix of the file: width, height and colour scheme."""

MOST_HEIGHT = 1500
"""Pages are longer than what a reader of the README wants to scroll by."""

PAGES = {
    "run": ("whole", "run", "#run-finds img"),
    "label": ("pictures", "label", "[data-f=item]:not(.bare)"),
    "label-articles": ("articles", "label", "[data-f=item]:not(.bare)"),
    "label-prompts": ("prompts", "label", "[data-f=item]:not(.bare)"),
    "landscape": ("whole", "landscape", ".heat-cell"),
    "repair": ("whole", "repair", "#page-repair svg"),
    "verify": ("whole", "verify", "#verify-result"),
    "verify-prompts": ("drawn", "verify", "#verify-result"),
}
"""Name of the file: the round, its page, and what is there once that is drawn."""

FORM_SIGNS = 800
"""Signs that the page New is shown with."""
GATE_FAILED = 3
USUAL_PATH = """document.querySelectorAll(".o-path code").forEach((path) => {
  path.textContent = `~/.local/share/faded/targets/${path.textContent.split("/").pop()}`;
})"""
"""Shows a repaired target where the usual workspace has it: in none of this machine's folders."""


def main() -> int:
    """Run the rounds and take the pictures; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--workspace", type=Path, metavar="DIR", help="keep the rounds here (default: a temporary folder)"
    )
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, browsing() as browser:
        workspace = arguments.workspace or Path(folder) / "faded"
        for name, flags in ROUNDS.items():
            done = workspace / f"{name}.done"
            if done.exists():
                continue
            command = [sys.executable, "-m", "faded", "run", *flags, "--workspace", str(workspace)]
            code = subprocess.run(command, cwd=ROOT).returncode  # noqa: S603 - our own module
            if code not in (0, GATE_FAILED):
                return code
            done.touch()
        with running(workspace) as app:
            take(browser, app.address)
            take_form(browser, app.address, draw_signs(Path(folder) / "pictures"))
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
        ids = rounds(page, address)
        page.evaluate("localStorage.setItem('faded-generated', 'yes')")  # as who agrees to see generated pictures
        for name, (which, shown, ready) in PAGES.items():
            show(page, address, ids[which], shown, ready)
            page.evaluate(USUAL_PATH)
            height = min(page.evaluate("document.documentElement.scrollHeight"), MOST_HEIGHT)
            clip: FloatRect = {"x": 0, "y": 0, "width": width, "height": height}
            write(page.screenshot(full_page=True, clip=clip), IMAGES / f"{name}{suffix}.png")
        context.close()


def draw_signs(folder: Path) -> Path:
    """Write signs as a folder with one folder per class."""
    for scene in signs.draw(0, signs.ROUND_STREAM, FORM_SIGNS):
        place = folder / str(scene.sample.reference)
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{scene.sample.id}.png").write_bytes(png(scene.sample.payload))
    return folder


def take_form(browser: Browser, address: str, pictures: Path) -> None:
    """Write the pictures of the page New, filled in with the sign classifier and drawn signs."""
    for suffix, (width, height, scheme) in LOOKS.items():
        dark = scheme == "dark"
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light"
        )
        page = context.new_page()
        page.goto(f"{address}/#new")
        page.locator("[data-field=target]").fill("faded/demo/weights/signs")
        page.locator("[data-field=data]").fill(str(pictures))
        expect(page.locator("[data-f=summary]")).to_contain_text("Exploring can begin", timeout=60_000)
        page.evaluate("document.querySelector('[data-field=data]').value = 'data/pictures'")
        page.evaluate("document.activeElement.blur()")
        clip: FloatRect = {"x": 0, "y": 0, "width": width, "height": MOST_HEIGHT}
        write(page.screenshot(full_page=True, clip=clip), IMAGES / f"new{suffix}.png")
        context.close()


def write(picture: bytes, file: Path) -> None:
    """Write a picture with a palette: a third of the size."""
    with Image.open(io.BytesIO(picture)) as image:
        image.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(file, optimize=True)


def rounds(page: Page, address: str) -> dict[str, str]:
    """Return the ids of `ROUNDS`; the page lists the newest first."""
    page.goto(address)
    links = page.locator("#run-rounds [data-open-round]")
    expect(links).to_have_count(len(ROUNDS), timeout=30_000)
    ids = [str(link.get_attribute("data-open-round")) for link in links.all()]
    return dict(zip(ROUNDS, reversed(ids), strict=True))


def show(page: Page, address: str, round_id: str, name: str, ready: str) -> None:
    """Turn to a page of a round and wait until it is drawn."""
    page.goto("about:blank")
    page.goto(f"{address}/?round={round_id}#{name}")
    expect(page.locator(ready).first).to_be_visible(timeout=30_000)
    page.mouse.move(0, 0)
    page.wait_for_timeout(800)


if __name__ == "__main__":
    sys.exit(main())
