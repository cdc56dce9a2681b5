"""What a report says, that it needs nothing else, and that no byte of it changes unnoticed."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from faded.cli import main
from faded.commands.common import BAD_INPUT, OK
from faded.domain import FadedError
from faded.landscape.main_effects import SCREENING
from faded.report import collect, landscape, limits, manifest
from faded.report.evidence import pieces
from faded.report.write import write
from faded.store import campaigns, jobs, rounds, verdicts
from faded.store.campaigns import RoundState
from faded.store.engine import Store, open_store
from tests.ui import believable, believable_sets, believable_text
from tests.ui.believable import NOW, Believable

BAD = "<img src=x onerror=alert(1)>"


@pytest.fixture
def made(store: Store) -> Believable:
    """A round that was repaired, verified and accepted, with a flag that tries to be HTML."""
    found = believable.explored(store)
    believable.labeled(store, found)
    with store.write() as db:
        verdicts.submit(db, found.proposals[0], BAD, "flag", now=NOW + 250, flag=BAD)
        skipped = found.proposals[-1]
        verdicts.submit(db, skipped, "somebody", "skip", now=NOW + 260)
        verdicts.undo(db, found.round, "somebody", "undo", NOW + 261)
    believable.repaired(store, found)
    with store.write() as db:
        rounds.decide(db, found.round, RoundState.ACCEPTED, "Ada", NOW + 900)
    return found


def values_of(store: Store, made: Believable) -> dict:
    return json.loads(json.dumps(collect.report(store, made.round).values, allow_nan=False))


def page_of(store: Store, made: Believable, folder: Path) -> str:
    write(collect.report(store, made.round), folder)
    return (folder / "report.html").read_text(encoding="utf-8")


def test_a_report_says_what_was_tested_found_repaired_and_decided(
    store: Store, made: Believable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(landscape, "STRONGEST", 100)  # more than are established
    told = values_of(store, made)
    assert told["round"] == {"number": 1, "state": "accepted", "evidence": "picture"}
    assert told["registered"]["bound"] == 0.5
    assert told["frame"]["control_queries"] == 150 and told["frame"]["control_share"] == 0.1
    assert [row["samples"] for row in told["frame"]["strata"]] == [98, 98, 99, 99, 98, 98]
    darkening = next(c for c in told["landscape"]["concepts"] if c["name"] == "darkening")
    rates = [level["rate"] for level in darkening["levels"]]
    assert rates[0] < rates[1] < rates[2]
    assert all(level["low"] < level["rate"] < level["high"] for level in darkening["levels"])
    assert len(told["landscape"]["strongest"]) == told["landscape"]["modes"]["established"] < 100
    assert 0 < told["landscape"]["baseline"]["control"]["low"] < told["landscape"]["baseline"]["control"]["rate"]
    assert told["landscape"]["reading"]["nearest"]["as_near"] > 0
    assert told["landscape"]["calibration"]["queries"] == 150
    assert told["landscape"]["calibration"]["answer"]["sentence"] in page_of(store, made, tmp_path / "report")
    confirmed = [mode for mode in told["modes"] if mode["people"] == "confirmed"]
    assert len(confirmed) == 3 and told["modes"][:3] == confirmed
    assert all(mode["learned"] and len(mode["examples"]) == 3 for mode in confirmed)
    assert told["verdicts"]["standing"] == {"confirm": 9, "reject": 0, "invalid": 0, "unsure": 0}
    assert told["repair"]["steps"] == 400
    assert told["verification"]["gate"]["passed"] is True
    assert told["run"]["decided_by"] == "Ada"


def test_main_effects_are_told_of_a_round_that_was_screened(store: Store, made: Believable, tmp_path: Path) -> None:
    assert values_of(store, made)["landscape"]["screening"] is None
    assert "Which concepts matter" not in page_of(store, made, tmp_path / "unscreened")
    with store.write() as db:
        campaigns.update_round(db, made.round, summary={SCREENING: believable.screening()})
    assert values_of(store, made)["landscape"]["screening"] == believable.screening()
    part = page_of(store, made, tmp_path / "report").split("Which concepts matter at all")[1].split("Can the map")[0]
    rows = [re.sub(r"<[^>]+>", "|", row) for row in part.split("<tbody>")[1].split("<tr>")[1:]]
    assert "5%" in rows[0] and "75%" in rows[0] and "+70.0 points" in rows[0] and "matters" in rows[0]
    assert "inert" in rows[1] and "not known" in rows[2] and "cannot tell" in rows[2]
    assert "512 of the 6,000 queries" in part and "Inert is not harmless" in part


def test_annotators_are_numbers_and_their_events_stand_in_order(store: Store, made: Believable) -> None:
    told = values_of(store, made)
    assert [row["annotator"] for row in told["verdicts"]["annotators"]] == [1, 2, 3]
    assert any(limit.startswith("One annotator gave 9 verdicts") for limit in told["limits"])  # two gave none
    assert told["verdicts"]["flags"] == [{"annotator": 2, "reason": BAD}]
    kinds = [(e["annotator"], e["kind"]) for e in told["events"]]
    assert kinds == [*[(1, "verdict")] * 9, (2, "flag"), (3, "skip"), (3, "undo")]
    assert told["events"][-1]["undoes"] == len(told["events"]) - 2
    assert "somebody" not in json.dumps(told)


def test_times_places_and_names_stand_in_one_part(store: Store, made: Believable) -> None:
    told = values_of(store, made)
    assert told["run"]["registered_at"] == NOW
    rest = json.dumps({name: part for name, part in told.items() if name != "run"})
    assert str(store.workspace) not in rest and believable.WORKER not in rest and "Ada" not in rest
    assert "seconds" not in rest


def test_the_page_needs_nothing_else_and_escapes_everything(store: Store, made: Believable, tmp_path: Path) -> None:
    page = page_of(store, made, tmp_path / "report")
    assert not re.findall(r"""(?:src|href)=(?!"data:|"#)(?!x onerror)""", page)
    assert not re.findall(r"url\(|@import|<script|<link", page)
    assert BAD not in page and "&lt;img src=x onerror=alert(1)&gt;" in page
    assert page.count("<img ") >= 2 * 3 * 3
    assert "prefers-color-scheme: dark" in page and "@media print" in page
    assert "accepted</b> by Ada" in page
    assert "The map gave the 150 control queries that count" in page


def test_evidence_lies_beside_the_page_once_each(store: Store, made: Believable, tmp_path: Path) -> None:
    page_of(store, made, tmp_path / "report")
    told = values_of(store, made)
    named = {e[side] for mode in told["modes"] for e in mode["examples"] for side in ("original", "edited")}
    files = {f"evidence/{file.name}" for file in (tmp_path / "report" / "evidence").iterdir()}
    assert named < files
    sums = json.loads((tmp_path / "report" / "manifest.json").read_text())["sha256"]
    assert files | {"report.html", "report.json"} == set(sums)
    assert all(sums[file] == Path(file).stem for file in files)


@pytest.mark.parametrize("kind", [believable_text, believable_sets])
def test_articles_and_drawn_sets_are_shown_too(kind, store: Store, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    made = kind.explored(store)
    page = page_of(store, made, tmp_path / "report")
    if kind is believable_text:
        assert "<ins>" in page and "<img " not in page
    else:
        assert "Drawn for: " in page and "<img " in page and 'id="generated"' in page


def test_a_round_without_a_repair_says_so(store: Store, tmp_path: Path) -> None:
    made = believable.explored(store)
    page = page_of(store, made, tmp_path / "report")
    assert "Nothing was repaired" in page and "Nobody has judged" in page
    assert values_of(store, made)["verification"] is None


def test_a_round_that_explores_still_is_refused(store: Store, tmp_path: Path) -> None:
    made = believable.explored(store, done=False)
    with pytest.raises(FadedError, match="has not explored to its end"):
        collect.report(store, made.round)


def test_a_repair_that_was_made_again_is_not_the_one_that_was_verified(store: Store, made: Believable) -> None:
    with store.write() as db:
        repair = jobs.enqueue(db, made.round, "repair", now=NOW + 1000, priority=jobs.INTERACTIVE)
        jobs.claim(db, believable.WORKER, 30, NOW + 1001)
        jobs.finish(db, repair.id, believable.WORKER, believable.repair_result(), NOW + 1100)
    found = collect.report(store, made.round)
    assert found.values["verification"] is None
    assert any("not verified" in limit for limit in limits.limits(found.found))


def test_a_text_is_shown_around_what_changed() -> None:
    words = [f"word{i}" for i in range(60)]
    told = pieces(" ".join(words), " ".join([*words[:30], "other", *words[31:]]))
    kinds = [kind for kind, _ in told]
    assert kinds == ["cut", "same", "gone", "new", "same", "cut"]
    assert ("gone", "word30 ") in told and ("new", "other ") in told
    assert pieces("the same", "the same") == [("same", "the same")]


@pytest.fixture
def folder(store: Store, made: Believable, tmp_path: Path) -> Path:
    write(collect.report(store, made.round), tmp_path / "report")
    return tmp_path / "report"


def verify(folder: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    code = main(["verify-report", str(folder)])
    said = capsys.readouterr()
    return code, said.out + said.err


def test_the_command_writes_a_report_that_verifies(
    store: Store, made: Believable, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["--to", str(tmp_path / "new"), "--workspace", str(store.workspace)]
    assert main(["report", "--round", "signs-1/1", *given]) == OK
    written = capsys.readouterr().out
    code, said = verify(tmp_path / "new", capsys)
    assert code == OK
    assert said.splitlines()[-1] == written.splitlines()[-1]  # the sum to keep elsewhere
    assert main(["report", "--round", "1", *given]) == BAD_INPUT
    assert "is not empty" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["7", "signs-1/2", "sings-1", "signs-1/"])
def test_a_round_that_is_not_there_is_refused_with_those_there_are(
    name: str, store: Store, made: Believable, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["--to", str(tmp_path / "new"), "--workspace", str(store.workspace)]
    assert main(["report", "--round", name, *given]) == BAD_INPUT
    said = capsys.readouterr().err
    assert repr(name) in said and "round 1 (round 1 of campaign signs-1)" in said


@pytest.mark.parametrize("name", ["report.html", "report.json", "manifest.json", "evidence"])
def test_one_byte_changed_is_refused_by_name(name: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = folder / name
    file = file if file.is_file() else sorted(file.iterdir())[0]
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    code, said = verify(folder, capsys)
    assert code == BAD_INPUT
    assert file.name in said


def test_space_added_to_the_manifest_is_noticed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (folder / "manifest.json").open("a") as file:
        file.write(" ")
    assert verify(folder, capsys)[0] == BAD_INPUT


def test_a_file_missing_or_too_many_is_refused_by_name(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gone = sorted((folder / "evidence").iterdir())[0]
    kept = gone.read_bytes()
    gone.unlink()
    code, said = verify(folder, capsys)
    assert (code, f"{gone.name} is missing" in said) == (BAD_INPUT, True)
    gone.write_bytes(kept)
    (folder / "evidence" / ".hidden").symlink_to("/")
    code, said = verify(folder, capsys)
    assert (code, ".hidden is not listed" in said) == (BAD_INPUT, True)
    (folder / "evidence" / ".hidden").unlink()
    assert verify(folder, capsys)[0] == OK
    gone.unlink()
    gone.symlink_to(folder / "nowhere")
    code, said = verify(folder, capsys)
    assert (code, f"{gone.name} is no file" in said) == (BAD_INPUT, True)
    for file in [f for f in folder.rglob("*") if not f.is_dir()]:
        file.unlink()
    (folder / "manifest.json").write_text(manifest.text({}))
    code, said = verify(folder, capsys)
    assert (code, "report.html is missing; report.json is missing" in said) == (BAD_INPUT, True)


def test_a_folder_that_is_no_report_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FadedError, match=r"holds no manifest\.json"):
        manifest.check(tmp_path)


def test_a_blob_that_is_gone_is_named(store: Store, made: Believable, tmp_path: Path) -> None:
    shutil.rmtree(store.workspace / "blobs")
    with pytest.raises(FadedError, match="has no blob"):
        write(collect.report(store, made.round), tmp_path / "report")
    assert not (tmp_path / "report").exists()
    open_store(store.workspace).close()
