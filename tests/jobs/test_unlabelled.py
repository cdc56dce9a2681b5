"""A round without labels: the target's clean answer is what is expected, and the annotator states what is right."""

import dataclasses
from pathlib import Path

import pytest

from faded import runtime
from faded.config import CampaignConfig
from faded.data.load import load_pictures
from faded.domain import FadedError, Said, Verdict
from faded.jobs.context import prepare
from faded.jobs.headless import run_round
from faded.jobs.oracles import oracle
from faded.labeling.oracle import CountsAnnotator
from faded.store import campaigns, proposals, verdicts
from faded.store.engine import open_store
from faded.targets.load import load_classifier

quiet = lambda message: None  # noqa: E731


@pytest.fixture(scope="module")
def unlabelled(colour_config: CampaignConfig) -> CampaignConfig:
    return dataclasses.replace(colour_config, labelled=False)


def people(config: CampaignConfig) -> CountsAnnotator:
    """Return annotators who know what the pictures show."""
    target = load_classifier(config.target)
    samples = load_pictures(Path(config.data), target.labels, target.fit)
    return CountsAnnotator({s.id: {str(s.reference): 50} for s in samples}, 0)


def test_samples_expect_the_clean_answer_and_know_no_reference(unlabelled: CampaignConfig) -> None:
    context = prepare(unlabelled, 1, quiet)
    for part in (context.explore, context.tune, context.verify):
        assert {s.reference for s in part} == {None}
        assert all(s.expected == s.clean_answer == s.stratum for s in part)
    assert {s.stratum for s in context.explore} == {"red", "green", "blue"}


def test_a_round_fades_what_people_confirm(unlabelled: CampaignConfig, tmp_path: Path) -> None:
    runtime.start(0)
    store = open_store(tmp_path)
    done = run_round(store, unlabelled, lambda context: people(unlabelled), 40, "people")
    assert done.record["label"]["modes_confirmed"] >= 3
    assert done.record["verify"]["relative_drop"] > 0.25
    assert done.record["verify"]["clean_before"] == 1.0
    with store.read() as db:
        summary = campaigns.get_round(db, done.round_id).summary
        standing = verdicts.standing(db, done.round_id)
        shown = proposals.get_many(db, [j.proposal_id for j in standing])
    assert (summary["labelled"], summary["labels"]) == (False, ["red", "green", "blue"])
    assert summary["samples"]["eligible"] == summary["samples"]["explore"]
    assert all(p.reference is None and p.clean_answer == p.key.stratum for p in shown)
    assert {j.answer for j in standing if j.verdict is Verdict.CONFIRM} <= {"red", "green", "blue"}


def test_confirmations_that_all_state_another_answer_teach_no_mode(unlabelled: CampaignConfig, tmp_path: Path) -> None:
    """The annotator says neither the clean answer nor the target's: nothing is known of other inputs."""

    def contrary(proposals):  # type: ignore[no-untyped-def]
        names = ("red", "green", "blue")
        return [Said(Verdict.CONFIRM, next(n for n in names if n not in (p.answer, p.expected))) for p in proposals]

    runtime.start(0)
    with pytest.raises(FadedError, match="call the target's unedited answer right"):
        run_round(open_store(tmp_path), unlabelled, lambda context: contrary, 20, "contrary")


def test_an_oracle_without_anything_to_answer_from_is_refused(unlabelled: CampaignConfig) -> None:
    make, _ = oracle(0.0, None, 0)
    with pytest.raises(FadedError, match="--oracle has nothing to answer from"):
        make(prepare(unlabelled, 1, quiet))
