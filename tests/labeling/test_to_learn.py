"""What verdicts teach where answers are free text: there is more than one right answer."""

from pathlib import Path

from faded.domain import ModeKey, Proposal, Verdict
from faded.labeling.chosen import read_to_learn
from faded.store import campaigns, proposals, verdicts
from faded.store.engine import open_store

KEYS = ModeKey((1,), "all"), ModeKey((2,), "all")


def test_corrections_and_rejections_leave_what_is_expected_right(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    items = [
        Proposal(f"{key.cell[0]}-{i}", f"s{i}", key, f"wrong {i}", None, 0.9, "Edited.", clean_answer=f"right {i}")
        for key in KEYS
        for i in range(3)
    ]
    with store.write() as db:
        campaign = campaigns.create_campaign(db, "texts", {}, 1.0)
        round_ = campaigns.create_round(db, campaign.id, now=1.0, summary={"labels": []})
        proposals.add_many(db, round_.id, items, dict.fromkeys(KEYS, 1.0))
        for i, item in enumerate(items[:3]):
            verdicts.submit(db, item.id, "a", f"k{i}", now=2.0, verdict=Verdict.CONFIRM, answer=f"better {i}")
        for i, item in enumerate(items[3:]):
            verdicts.submit(db, item.id, "a", f"r{i}", now=2.0, verdict=Verdict.REJECT)
    with store.read() as db:
        found = read_to_learn(db, campaigns.get_round(db, round_.id))
    assert found.modes == [KEYS[0]]
    assert [j.answer for j in found.heeded] == ["better 0", "better 1", "better 2"]
    assert len(found.standing) == 6
