"""Two checkpoints compared without a repair: the same settings and seeds, the gate, the page."""

import dataclasses
import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from faded.commands.common import BAD_INPUT, GATE_FAILED, OK
from faded.config import CampaignConfig
from faded.domain import FadedError
from faded.jobs.headless import compare
from faded.jobs.run import Runner
from faded.jobs.verify import _digest, _Writer
from faded.report.collect import report
from faded.report.write import PAGE, write
from faded.stages import EXPLORE, VERIFY
from faded.store import campaigns, jobs
from faded.store.engine import Store, open_store
from faded.ui.cards import changes, decide, matrix, verification
from faded.ui.facts import read_facts
from faded.ui.status import sentence, steps
from faded.verification.records import Outcomes, Setting

SPACE = "- {name: darkening, levels: [0, 0.4, 0.8]}\n- {name: saturation, levels: [0.5, 1]}\n"


@pytest.mark.parametrize(("candidate", "code"), [("upright", OK), ("askew", GATE_FAILED)])
def test_a_checkpoint_passes_where_it_is_no_worse(run, tmp_path: Path, candidate: str, code: int) -> None:  # type: ignore[no-untyped-def]
    space = tmp_path / "space.yaml"
    space.write_text(SPACE)
    short = ("--space", str(space), "--verify-folds", "1", "--agent", "random", "--queries", "300")
    found, last, errors = run(*short, "--candidate", f"tests.jobs.colours:{candidate}")
    record = json.loads(last[0])
    assert found == code, errors
    assert "repair" not in record and record["explore"]["modes"] > 0
    verified = record[VERIFY]
    assert verified["modes_confirmed"] == 0 and verified["modes_established"] > 0
    if code == OK:
        assert verified["all_modes_relative_drop"] > 0.9 and verified["newly_broken"] == 0
    else:
        assert verified["newly_broken"] > 0 and "newly broken (at most 0)" in errors
    assert not any("confirmed" in reason for reason in verified["gate"]["reasons"])

    code, _, errors = run(*short, "--candidate", f"tests.jobs.colours:{candidate}", "--oracle")
    assert code == BAD_INPUT and "leave --oracle out, or candidate" in errors


def test_the_pages_speak_of_a_candidate_and_offer_no_decision(colour_config: CampaignConfig, tmp_path: Path) -> None:
    store = open_store(tmp_path)
    config = dataclasses.replace(colour_config, candidate="tests.jobs.colours:upright", queries=300)
    done = compare(store, config)
    with store.read() as db:
        facts = read_facts(db, done.round_id, "local")
    assert facts is not None and facts.compares
    shown = verification.render(facts)
    assert "the candidate fails <b>100.0% less often</b> than it" in shown and "repair" not in shown
    assert "by the target and" in shown and "unedited, wrong by the candidate" in shown
    lower = matrix.render(facts, matrix.STRATA) + changes.render(facts, "fixed", tmp_path)
    assert "Failing by the target, not by the candidate" in lower and "<dt>candidate</dt>" in lower
    assert not re.search(r"\b(before|now|after|repair)\b", re.sub(r"(href|src)='[^']*'", "", lower), re.IGNORECASE)
    assert "rate of the candidate" in matrix.to_csv((), facts.evidence)
    assert "The candidate is compared and the gate passed." in sentence(facts)
    assert decide.render(facts) == "" and "of the target and of the candidate" in matrix.render(facts, matrix.STRATA)
    assert "compares its target with a candidate" in facts.missing_for_repair()
    assert facts.result is not None and ("repair", "", "none: a comparison") in steps(facts)
    told = " ".join(facts.result["gate"]["reasons"]) + verification.render_untold(facts)
    assert "that of the candidate" in told and "by the target and not by the candidate" in told
    assert not re.search(r"went from|not now|No confirmed mode|No interpolated", told)

    written = report(store, done.round_id)
    assert written.values["verification"]["gate"]["passed"] and "candidate" not in written.values["tested"]["config"]
    assert written.values["tested"]["weights_after"] == done.record["target"]["fingerprint_of_candidate"]
    write(written, tmp_path / "report")
    page = (tmp_path / "report" / PAGE).read_text()
    assert "compares its target with the candidate tests.jobs.colours:upright" in page
    assert "Two checkpoints are compared" in page and "The gate passed" in page


def test_what_was_answered_to_other_questions_is_asked_again() -> None:
    dark, grey = (Setting("red", (level, 1.0), None, frozenset()) for level in (0.4, 0.8))
    asked = _digest("weights", [dark])
    assert len({asked, _digest("others", [dark]), _digest("weights", [dark, grey])}) == 3
    known = Outcomes(np.zeros(2, bool), np.ones(3, bool), np.zeros(2))
    pointer = {"asked": asked, "before": known.to_json(), "after": known.to_json()}
    desk: Any = SimpleNamespace(checkpoint=lambda: pointer)
    assert len(_Writer(desk, "the candidate", asked).after.failed) == 3
    other = _Writer(desk, "the candidate", _digest("others", [dark]))
    assert len(other.before.failed) == len(other.after.failed) == 0


@pytest.mark.parametrize(
    ("candidate", "said"),
    [
        ("other_names", r"has other classes than the target; not both have: blue, violet"),
        ("larger", r"pictures of different sizes \(16 x 16 and 8 x 8\)"),
        ("nothing", r"nothing"),
    ],
)
def test_a_candidate_that_cannot_be_asked_the_same_is_refused(
    colour_config: CampaignConfig, tmp_path: Path, candidate: str, said: str
) -> None:
    store = open_store(tmp_path)
    config = dataclasses.replace(colour_config, candidate=f"tests.jobs.colours:{candidate}", queries=200)
    with pytest.raises(FadedError, match=said):
        compare(store, config)


def test_a_comparison_begun_on_a_page_follows_exploring_by_itself(colour_config: CampaignConfig, store: Store) -> None:
    config = dataclasses.replace(colour_config, candidate="tests.jobs.colours:upright", queries=200)
    with store.write() as db:
        campaign = campaigns.create_campaign(db, "compared", config.to_json(), 1.0)
        round_ = campaigns.create_round(db, campaign.id, now=1.0)
        jobs.enqueue(db, round_.id, EXPLORE, now=1.0)
    runner = Runner(store, "worker")
    while runner.run_next():
        pass
    with store.read() as db:
        done = jobs.list_for_round(db, round_.id)
    assert [(job.kind, job.state) for job in done] == [(EXPLORE, jobs.JobState.DONE), (VERIFY, jobs.JobState.DONE)]
