import pytest

from faded.domain import FadedError
from faded.store import campaigns, rounds
from faded.store.campaigns import RoundState
from faded.store.engine import Store


def test_rounds_are_numbered_within_their_campaign(store):
    with store.write() as db:
        one = campaigns.create_campaign(db, "one", {"bound": 0.5}, 1.0)
        two = campaigns.create_campaign(db, "two", {}, 2.0)
        numbers = [campaigns.create_round(db, c.id, now=3.0).number for c in (one, two, one)]
    assert numbers == [1, 1, 2]
    with store.read() as db:
        assert [r.number for r in campaigns.list_rounds(db, one.id)] == [1, 2]
        assert campaigns.latest_round(db, two.id).number == 1
        assert campaigns.latest_round(db).campaign_id == one.id


def test_a_name_is_taken_once_and_the_transaction_lives_on(store):
    with store.write() as db:
        campaigns.create_campaign(db, "one", {}, 1.0)
        with pytest.raises(FadedError, match="'one' already"):
            campaigns.create_campaign(db, "one", {}, 1.0)
        campaigns.create_campaign(db, "two", {}, 1.0)
    with store.read() as db:
        assert [c.name for c in campaigns.list_campaigns(db)] == ["one", "two"]


def test_an_update_leaves_the_other_fields_alone(store, round_id):
    with store.write() as db:
        campaigns.update_round(db, round_id, summary={"bound": 0.5}, weights="targets/1")
        after = campaigns.update_round(db, round_id, fingerprint_after="ab", summary={"strata": ["stop"]})
    assert (after.weights, after.fingerprint_after, after.summary) == (
        "targets/1",
        "ab",
        {"bound": 0.5, "strata": ["stop"]},
    )


def test_a_round_is_decided_once(store, round_id):
    with store.write() as db:
        done = rounds.decide(db, round_id, RoundState.ACCEPTED, "ann", 9.0)
        assert (done.state, done.decided_by, done.decided_at) == (RoundState.ACCEPTED, "ann", 9.0)
        with pytest.raises(FadedError, match="accepted by ann"):
            rounds.decide(db, round_id, RoundState.ROLLED_BACK, "bob", 10.0)


def test_a_missing_round_is_named(store):
    with store.read() as db, pytest.raises(FadedError, match="round 77"):
        campaigns.get_round(db, 77)


def test_what_a_stage_is_computed_with_is_noted_once_and_again_where_it_differs(store: Store, round_id: int) -> None:
    first, second = {"faded": "1", "torch": "2"}, {"faded": "1", "torch": "3"}
    with store.write() as db:
        for entry in (first, first, second):
            campaigns.note_software(db, round_id, "explore", entry)
        found = campaigns.note_software(db, round_id, "repair", first)
    assert found.summary["software"] == {"explore": [first, second], "repair": [first]}
