"""A campaign on a model and pictures of one's own, from the form to a landscape, and the same by its file."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from pathlib import Path

from playwright.sync_api import Page, Route, expect

from benchmarks.app import App
from faded.stages import EXPLORE
from faded.store import campaigns, jobs
from faded.store.engine import Store
from tests.e2e.conftest import Watched

ROOT = Path(__file__).parents[2]
MOST_SECONDS = 120
"""From an open form to a landscape, typing included, on a small model."""


def field(page: Page, name: str):  # type: ignore[no-untyped-def]
    return page.locator(f"#new-form [data-field={name}]")


def test_a_folder_of_pictures_and_a_transformers_folder_become_a_landscape_and_its_file_gives_the_same(
    watched: Watched, app: App, store: Store, learned_folder: Path, picture_folder: Path, tmp_path: Path
) -> None:
    page, started = watched.page, time.monotonic()
    page.goto(f"{app.address}#new")
    field(page, "target").fill(str(learned_folder))
    expect(page.locator("[data-f=target-found]")).to_contain_text("3 classes")
    expect(page.locator("[data-f=target-found]")).to_contain_text("an answer, measured on the processor")
    field(page, "data").fill(str(picture_folder.parent / "pictures"))
    expect(page.locator("[data-f=data-found]")).to_contain_text("36 pictures")
    (picture_folder / "red").rename(picture_folder / "crimson")
    page.get_by_role("button", name="Look again").click()
    expect(page.locator("[data-problem=label_map]")).to_contain_text("none of the target's: crimson")
    page.locator("select[data-label=crimson]").select_option("red")
    expect(page.locator("[data-concept=darkening] .new-strip img")).to_have_count(5)

    page.locator("#new-form").get_by_role("checkbox", name="saturation").uncheck()
    page.locator("[data-levels=rotation]").fill("-30, 0, 30")
    page.get_by_text("Separate data to tune and verify on").click()
    field(page, "verify_folds").fill("1")
    field(page, "queries").fill("many")
    expect(page.locator("[data-problem=queries]")).to_contain_text("give a number from 200 to 200,000")
    page.reload()
    expect(field(page, "queries")).to_have_value("many")
    field(page, "queries").fill("300")
    expect(page.locator("[data-f=summary]")).to_have_text(re.compile("15 settings of 2 concepts.*Exploring can begin"))
    expect(page.locator("#new-form .new-chart svg")).to_be_visible()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as file").click()
    file = tmp_path / "campaign.yaml"
    saved.value.save_as(file)

    page.get_by_role("button", name="Begin exploring").click()
    expect(page).to_have_url(re.compile("#run"))
    expect(page.locator("#run-explore")).to_contain_text("300 of 300", timeout=60_000)
    page.goto(f"{app.address}#landscape")
    expect(page.locator("#page-landscape")).to_contain_text("rotation")
    assert time.monotonic() - started < MOST_SECONDS
    assert (watched.console, watched.elsewhere) == ([], [])

    command = [sys.executable, "-m", "faded", "run", str(file), "--workspace", str(tmp_path / "other"), "--json", "-"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    by_file = json.loads(done.stdout.strip().splitlines()[-1])[EXPLORE]
    with store.read() as db:
        round_ = campaigns.latest_round(db)
        (job,) = jobs.list_for_round(db, round_.id)
    by_form = {name: value for name, value in job.result.items() if name != "seconds"}
    assert by_file == by_form and by_file["queries"] == 300


def test_what_is_typed_before_the_server_has_answered_is_kept(page: Page, app: App, learned_folder: Path) -> None:
    held: list[Route] = []
    page.route("**/component_server/", lambda route: route.continue_() if held else held.append(route))
    with page.expect_request("**/component_server/"):
        page.goto(f"{app.address}#new")
    field(page, "target").fill(str(learned_folder))
    page.locator("[data-switch]").check()
    expect(page.get_by_role("button", name="Begin exploring")).to_be_disabled()
    held[0].continue_()
    expect(page.locator("[data-f=target-found]")).to_contain_text("3 classes")
    expect(field(page, "target")).to_have_value(str(learned_folder))
    expect(page.locator("[data-switch]")).to_be_checked()
    expect(page.get_by_role("button", name="Begin exploring")).to_be_enabled()


def test_what_is_typed_is_sent_once_the_server_answers_at_last(page: Page, app: App, learned_folder: Path) -> None:
    failed: list[Route] = []

    def fail_once(route: Route) -> None:
        if failed:
            route.continue_()
        else:
            failed.append(route)
            route.abort()

    page.route("**/component_server/", fail_once)
    page.goto(f"{app.address}#new")
    field(page, "target").fill(str(learned_folder))
    expect(page.get_by_text("it is sent again in a moment")).to_be_visible()
    expect(page.locator("[data-f=target-found]")).to_contain_text("3 classes")
    expect(field(page, "target")).to_have_value(str(learned_folder))
