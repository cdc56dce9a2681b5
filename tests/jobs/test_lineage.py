"""From verdicts to weights and back, after a real repair."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from faded.cli import main
from faded.commands.common import BAD_INPUT, OK
from faded.config import CampaignConfig
from faded.domain import Role, Verdict
from faded.labeling.decided import confirmed_modes
from faded.stages import REPAIR
from faded.store import lineage, proposals, verdicts
from faded.store.engine import Store
from faded.store.lineage import Fate, Use
from faded.ui import team_more
from tests.jobs.test_stages import labelled, run, store  # noqa: F401 - fixtures
from tests.ui.test_team_page import request

Labelled = tuple[Path, CampaignConfig]


def test_a_repair_can_be_traced_both_ways(store: Store, capsys: pytest.CaptureFixture[str]) -> None:  # noqa: F811
    with store.read() as db:
        standing = verdicts.standing(db, 1)
        modes = confirmed_modes(standing)
    job = run(store, REPAIR)
    assert job.result is not None
    with store.read() as db:
        (made,) = lineage.of_round(db, 1)
        learned = lineage.learned(db, job.id)
    assert made.learned is not None and made.learned[Use.PAIR] == job.result["pairs"]["verdicts"]
    of_modes = {j.proposal_id for j in standing if j.key in modes}
    assert {one.proposal for one in learned if Use.MODE in one.uses} == of_modes
    assert made.weights and job.result["folder"].endswith(made.weights) and made.fate is Fate.OPEN
    assert all(one.stands and one.annotator == "somebody" for one in learned)

    taught = next(one.proposal for one in learned if Use.PAIR in one.uses)
    with store.write() as db:
        verdicts.submit(db, taught, "somebody", "later", now=9e9, verdict=Verdict.UNSURE)
        ((back, some),) = lineage.trace(db, taught)
    assert back.job == job.id and [(one.proposal, one.stands) for one in some] == [(taught, False)]

    workspace = ["--workspace", str(store.workspace)]
    assert main(["lineage", made.weights[:8], "--json", "-", *workspace]) == OK
    (told,) = json.loads(capsys.readouterr().out)["repairs"]
    assert told["weights"] == made.weights and len(told["verdicts"]) == len(learned) and told["fate"] == "not decided"
    assert main(["lineage", taught, *workspace]) == OK
    said = capsys.readouterr().out
    assert f"weights {made.weights}, not decided" in said and "(another verdict stands by now)" in said

    (function,) = (f for f in team_more.server_functions(store) if f.__name__ == "team_lineage")
    answer = function({"named": taught}, request(Role.MANAGER))
    assert answer["ok"] and made.weights in answer["rows"][0] and taught in answer["rows"][0][-1]


def test_what_no_repair_has_learned_from_and_what_is_not_there(
    store: Store,  # noqa: F811
    capsys: pytest.CaptureFixture[str],
) -> None:
    with store.read() as db:
        untaught = proposals.of_round(db, 1)[-1].id
    workspace = ["--workspace", str(store.workspace)]
    assert main(["lineage", untaught, *workspace]) == OK and "No repair has learned" in capsys.readouterr().out
    for nobody in ("nothing", "", "abc"):
        assert main(["lineage", nobody, *workspace]) == BAD_INPUT
        assert "neither a proposal nor weights" in capsys.readouterr().err
