"""Rounds on summarizers: an encoder-decoder and a causal model with a chat template, loaded from folders."""

import json
from pathlib import Path

import numpy as np
import pytest

from faded import runtime
from faded.config import CampaignConfig
from faded.domain import FadedError, Proposal, Said, Stopped, Verdict
from faded.jobs.context import prepare
from faded.jobs.headless import Round, explore_only, run_round
from faded.jobs.preview import Previewer
from faded.stages import REPAIR
from faded.store import blobs, campaigns, jobs, previews, proposals
from faded.store.engine import Store, open_store
from faded.targets.load_text import load_summarizer
from faded.tasks import TEXT
from tests.jobs.stopping import stop_at
from tests.targets.writers import write_summarizer

PLACES = ("Hall", "Mill", "Park", "Lake")
SIGHTS = ("A lorry", "A river", "Snow", "A crash", "A fire")
DAYS = ("Monday", "Friday", "Sunday")
CONCEPTS = (
    {"name": "letter_swap", "levels": [0, 0.5, 1]},
    {"name": "negation", "levels": [0, 1]},
)


@pytest.fixture(scope="module")
def articles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows = [
        {"article": f"{sight} was at {place} on {day}.", "summary": f"{sight} on {day}."}
        for place in PLACES
        for sight in SIGHTS
        for day in DAYS
    ]
    path = tmp_path_factory.mktemp("articles") / "articles.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture(scope="module", params=["bart", "gpt2"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    runtime.start(0)
    written = write_summarizer(request.param, tmp_path_factory.mktemp("target") / "model")
    rules = written / "generation_config.json"
    short = json.loads(rules.read_text(encoding="utf-8")) | {"max_new_tokens": 12}
    rules.write_text(json.dumps(short), encoding="utf-8")
    return written


def campaign(folder: Path, articles: Path, **other: object) -> CampaignConfig:
    values: dict[str, object] = {
        "task": TEXT, "target": str(folder), "data": str(articles), "concepts": CONCEPTS, "threshold": 0.2,
        "bound": 0.3, "queries": 90, "verify_folds": 1, "labelled": False, "agent": "random",
    }  # fmt: skip
    return CampaignConfig(**values | other)  # type: ignore[arg-type]


def confirming(items: list[Proposal]) -> list[Said]:
    return [Said(Verdict.CONFIRM) for _ in items]


@pytest.mark.parametrize("folder", ["bart", pytest.param("gpt2", marks=pytest.mark.slow)], indirect=True)
def test_a_round_finds_repairs_and_verifies(folder: Path, articles: Path, tmp_path: Path) -> None:
    store = open_store(tmp_path)
    done = run_round(store, campaign(folder, articles), lambda context: confirming, 12, "everything is wrong", steps=50)
    record = json.loads(json.dumps(done.record, allow_nan=False))
    assert record["explore"]["queries"] == 90 and record["label"]["confirmed"] == 12
    assert record["label"]["modes_confirmed"] >= 1
    assert record["verify"]["clean_is"] == "accuracy"
    assert record["verify"]["clean_before"] == 1.0  # its own clean answers are what is expected
    assert 0 <= record["verify"]["clean_after"] <= 1
    if record["repair"]["best_step"]:
        again = load_summarizer(str(folder), tmp_path / str(record["repair"]["folder"]))
        assert again.fingerprint() == record["target"]["fingerprint_after"]


@pytest.mark.parametrize("folder", [pytest.param("bart", marks=pytest.mark.slow), "gpt2"], indirect=True)
def test_a_repair_stopped_while_it_answers_goes_on_when_it_is_asked_again(
    folder: Path, articles: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, config = open_store(tmp_path), campaign(folder, articles)

    def go() -> Round:
        return run_round(store, config, lambda context: confirming, 12, "everything is wrong", steps=50)

    with monkeypatch.context() as patch:
        stop_at(patch, "Answering the tune inputs once: ")
        with pytest.raises(Stopped):
            go()
    with store.read() as db:
        stopped = [job for job in jobs.list_for_round(db, 1) if job.kind == REPAIR]
        assert [job.state for job in stopped] == [jobs.JobState.STOPPED]
        assert stopped[0].message.startswith("Answering the tune inputs once: ")
    assert go().record["repair"]["steps"] == 50


def test_what_is_proposed_is_text_with_both_answers(folder: Path, articles: Path, tmp_path: Path) -> None:
    store = open_store(tmp_path)
    done = explore_only(store, campaign(folder, articles))
    with store.read() as db:
        round_ = campaigns.get_round(db, done.round_id)
        found = proposals.newest(db, done.round_id, 40)
    assert round_.summary["evidence"] == "text" and round_.summary["labels"] == []
    said = load_summarizer(str(folder))
    for item in found:
        original, edited = (blobs.get(store.workspace, digest).decode() for digest in (item.original, item.edited))
        assert original.endswith("day.") and edited != original
        assert item.reference is None and item.clean_answer == said.answer([original]).texts[0]
        assert item.answer == said.answer([edited]).texts[0]
        swapped, negated = "swapped" in item.setting, "negat" in item.setting
        assert swapped == (float(item.details["content_kept"]) < 1)
        assert item.details.get("changes_meaning") == ("negation" if negated else None)


def test_a_preview_edits_and_answers_an_article(folder: Path, articles: Path, tmp_path: Path) -> None:
    store = open_store(tmp_path)
    done = explore_only(store, campaign(folder, articles))
    with store.read() as db:
        offered = campaigns.get_round(db, done.round_id).summary["previews"][0]
    original = blobs.get(store.workspace, offered["original"]).decode()
    result = preview(store, done.round_id, offered["sample"], [1.0, 0.0])
    edited = result["edited"]
    assert sorted(edited) != edited and sorted(edited) == sorted(original) and edited != original
    assert result["clean"]["answer"] == offered["clean_answer"] and result["clean"]["failed"] is False


def preview(store: Store, round_id: int, sample: str, values: list[float]) -> dict[str, object]:
    import base64

    with store.write() as db:
        number = previews.ask(db, round_id, sample, values, "page", 1.0)
    assert Previewer(store, "here").run_next()
    with store.read() as db:
        result = dict(jobs.get(db, number).result or {})
    return result | {"edited": base64.b64decode(str(result["edited"])).decode()}


def test_articles_with_references_are_measured_against_them(folder: Path, articles: Path) -> None:
    context = prepare(campaign(folder, articles, labelled=True), 1, lambda words: None)
    assert {s.reference for s in context.explore} <= {f"{sight} on {day}." for sight in SIGHTS for day in DAYS}
    measured = context.probe(context.target(None)).clean(context.explore[:5])
    assert np.all((measured.score >= 0) & (measured.score <= 1))
    assert np.allclose(measured.score, 1 - measured.discrepancy)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([{"article": "", "reference": "x"}], "article of row 1 of .* is empty"),
        ([{"article": "A", "reference": None}], "reference of row 1 of .* is empty"),
        ([{"article": 3, "reference": "x"}], "3, which is no text"),
        ([{"title": "A", "reference": "x"}], "has no column article or document or text"),
        ([{"article": "A", "document": "B", "reference": "x"}], "has the columns article and document"),
        ([{"article": "A"}], "has no column reference .*--no-labels"),
        ([{"article": "A", "reference": "x"}, {"article": "A", "reference": "y"}], "repeats an earlier article"),
        ([], r"bad.jsonl is empty"),
        ([{"article": "A", "reference": "x", "stratum": None}], "stratum of row 1 of .* is empty"),
    ],
)
def test_bad_articles_are_named(folder: Path, tmp_path: Path, rows: list[dict[str, object]], said: str) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    with pytest.raises(FadedError, match=said):
        prepare(campaign(folder, path, labelled=True), 1, lambda words: None)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("cut.jsonl", b'{"article": "A b", "reference": "x"}\n{"article": "C', "JSON"),
        ("latin.csv", "article,reference\nCaf\u00e9,x\n".encode("latin-1"), "codec can't decode"),
        ("commas.csv", b"article,reference\na,b,c,d\n", "Row 1 of .* has more fields"),
        ("semicolons.csv", b"article;reference\na;b\n", "separated by semicolons. Separate them by commas"),
        ("tabs.csv", b"article\treference\na\tb\n", "separated by tabs. Separate them by commas"),
        ("note.csv", b'article,"reference; notes"\na,b\n', "has no column reference"),
        ("heading.csv", b"article,reference\n", "no articles"),
    ],
)
def test_files_that_cannot_be_read_say_what_is_wrong(
    folder: Path, tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(FadedError, match=said):
        prepare(campaign(folder, tmp_path / name, labelled=True), 1, lambda words: None)


def test_an_article_longer_than_the_window_is_refused_before_any_work(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "long.jsonl"
    rows = [{"article": f"Snow fell on day {i}. " * (40 if i == 7 else 1), "summary": "Snow."} for i in range(60)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    with pytest.raises(FadedError, match=r"1 of the 60 articles is longer than the .* tokens"):
        prepare(campaign(folder, path, labelled=True), 1, lambda words: None)


def test_a_file_of_another_kind_is_refused(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "articles.docx"
    path.write_text("x", encoding="utf-8")
    with pytest.raises(FadedError, match=r"none that can be read. Give one that ends in \.parquet"):
        prepare(campaign(folder, path, labelled=True), 1, lambda words: None)


def test_data_that_are_not_there_are_said_before_the_target_is_loaded(articles: Path, tmp_path: Path) -> None:
    with pytest.raises(FadedError, match=r"There is no file .*nowhere\.jsonl"):
        prepare(campaign(tmp_path / "no target", tmp_path / "nowhere.jsonl"), 1, lambda words: None)
    with pytest.raises(FadedError, match="cannot be loaded"):
        prepare(campaign(tmp_path / "no target", articles), 1, lambda words: None)
