from pathlib import Path

import pytest

from faded import api
from faded.domain import FadedError, Proposal
from faded.jobs import run
from faded.store import campaigns
from faded.targets.load import load_classifier

SPACE = [{"name": "darkening", "levels": [0, 0.4, 0.8]}, {"name": "saturation", "levels": [0.5, 1]}]


@pytest.fixture
def fields(pictures: Path) -> dict[str, object]:
    return {
        "target": "tests.jobs.colours:target",
        "data": str(pictures),
        "concepts": SPACE,
        "queries": 400,
        "verify_folds": 1,
        "agent": "thompson",
    }


def judge(proposal: Proposal) -> str:
    return "confirm" if proposal.answer != proposal.reference else "reject"


def test_a_round_in_a_notebook_finds_fades_and_verifies(fields: dict[str, object], tmp_path: Path) -> None:
    heard: list[tuple[str, float, str]] = []
    explored = api.explore(fields, tmp_path / "workspace", say=lambda *said: heard.append(said))
    found = explored.modes(suspected=False)
    assert found and all(mode.established for mode in found)
    assert explored.record["queries"] == 400 and heard
    assert explored.landscape.trials.sum() > 0
    shown = explored._repr_html_()
    assert "colour saturation at 50%" in shown and f"{len(explored.modes())} modes after 400 queries" in shown
    assert repr(explored).startswith(f"<Explored {explored.campaign}, round 1 of ") and len(repr(explored)) < 300
    assert explored.words(found[0]).startswith(f"{found[0].key.stratum}: ") and " asked failed." in explored.words(
        found[0]
    )

    with pytest.raises(FadedError, match="The judge said 'yes' of a proposal: say one of 'confirm'"):
        api.label(explored, lambda _proposal: "yes")
    counts = api.label(explored, judge, most=20)
    assert 3 <= counts.confirm == counts.total <= 20
    repaired = api.repair(explored)
    assert load_classifier(str(fields["target"]), repaired.folder).labels == ("red", "green", "blue")
    assert "<td>verdicts</td>" in repaired._repr_html_()
    verified = api.verify(repaired)
    assert verified.record["relative_drop"] > 0.3
    assert verified.passed is all(reason.startswith("Passed") for reason in verified.reasons)
    assert ("The gate passed" in verified._repr_html_()) is verified.passed


def test_a_call_that_was_interrupted_goes_on_when_it_is_made_again(
    fields: dict[str, object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(stage: str, progress: float, _message: str) -> None:
        if progress > 0.3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        api.explore(fields, tmp_path / "workspace", say=interrupt)
    monkeypatch.setattr(run, "STALE_SECONDS", 0.0)  # nobody has to wait until a dead worker counts as dead
    with api.open_store(tmp_path / "workspace").write() as db:
        (campaign,) = campaigns.list_campaigns(db)
    explored = api.explore(fields, tmp_path / "workspace")
    assert explored.campaign == campaign.name and explored.record["queries"] == 400


def test_what_cannot_be_used_is_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(FadedError, match="There is no field 'seeed': did you mean seed"):
        api.explore({"demo": "signs", "seeed": 1}, tmp_path)
    with pytest.raises(FadedError, match=r"none\.yaml cannot be read"):
        api.explore(tmp_path / "none.yaml", tmp_path)
