"""What verdicts teach where answers are free text: there is more than one right answer."""

from pathlib import Path

from faded.domain import ModeKey, Proposal, Ratings, Verdict
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


def test_rejected_sets_teach_by_their_best_and_worst_picture(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    items = [
        Proposal(f"{i}", f"s{i}", KEYS[i], "8 long", "even", 0.5, "Edited.", details={"pictures": 8}) for i in range(2)
    ]
    with store.write() as db:
        campaign = campaigns.create_campaign(db, "sets", {}, 1.0)
        round_ = campaigns.create_round(db, campaign.id, now=1.0, summary={"labels": []})
        proposals.add_many(db, round_.id, items, dict.fromkeys(KEYS, 1.0))
        for item, verdict in zip(items, (Verdict.CONFIRM, Verdict.REJECT), strict=True):
            ranked = Ratings(best=0, worst=3)
            verdicts.submit(db, item.id, "a", item.id, now=2.0, verdict=verdict, ratings=ranked)
    with store.read() as db:
        found = read_to_learn(db, campaigns.get_round(db, round_.id))
    assert [j.proposal_id for j in found.heeded] == ["0"]
    assert [j.proposal_id for j in found.ranked] == ["0", "1"]
