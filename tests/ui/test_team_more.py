"""The page Team: progress and pace, what people confirm, agreement over time."""

from __future__ import annotations

from html import escape
from itertools import count

import pytest

from faded.domain import Verdict
from faded.store import labeling_rules, lineage, rounds, verdicts
from faded.store.campaigns import RoundState
from faded.store.engine import Store
from faded.store.labeling_rules import Rules
from faded.store.lineage import Use
from faded.ui import round_cache
from faded.ui.cards import confirmation
from faded.ui.cards.over_time import OverTimeCache
from faded.ui.facts import read_facts
from tests.ui.believable import Believable, labeled, repaired
from tests.ui.test_team_page import drawn

CONFIRM, REJECT, UNSURE = Verdict.CONFIRM, Verdict.REJECT, Verdict.UNSURE
PARTS = ("pace", "confirmation", "over_time")


def say(store: Store, made: Believable, *said: tuple[str, int, Verdict]) -> None:
    keys = count()
    with store.write() as db:
        for who, item, verdict in said:
            now = 9e8 + 60.0 * next(keys)
            verdicts.submit(db, made.proposals[item], who, f"k{now}{who}", now=now, verdict=verdict)


def test_before_the_first_verdict_each_part_says_what_it_waits_for(store: Store, made: Believable) -> None:
    shown = drawn(store, made)
    said = ("No verdict yet", "No mode has been judged yet", "Nobody has judged with others yet")
    assert all(words in shown[part] for part, words in zip(PARTS, said, strict=True))
    assert "12 to 20 verdicts are left" in shown["pace"], "four modes of five; three alike decide one"


def test_what_is_done_and_left_is_counted(store: Store, made: Believable) -> None:
    say(store, made, *(("ann", i, CONFIRM) for i in range(3)))
    shown = drawn(store, made)["pace"]
    assert (
        "Of 4 modes with proposals: 1 confirmed, 0 refused, 3 open" in shown
        and "<b>9 to 15 verdicts are left</b>" in shown
    )
    assert "Nobody has judged anything in the last 7 days" in shown, "that was long ago"
    assert "aria-label='Verdicts each hour. everybody: 3 at 0'" in shown and "data-head='Verdicts'>3<" in shown


def test_the_mode_that_fails_most_surely_comes_first_with_its_interval(store: Store, made: Believable) -> None:
    say(store, made, *(("ann", i, CONFIRM) for i in range(2)), ("ann", 2, UNSURE))
    say(store, made, *(("bob", 5 + i, CONFIRM if i else REJECT) for i in range(5)))
    shown = drawn(store, made)["confirmation"]
    assert "<b>86%</b> of what is settled is confirmed: 6 of 7 proposals in 2 modes" in shown
    assert shown.index("2 of 2") > shown.index("4 of 5") and "44% to 95%" in shown
    assert "data-head='Unsure'>1<" in shown


def test_more_modes_than_one_reads_are_folded(store: Store, made: Believable, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confirmation, "READ", 1)
    monkeypatch.setattr(confirmation, "LISTED", 2)
    say(store, made, ("ann", 0, CONFIRM), ("ann", 5, REJECT), ("ann", 10, REJECT))
    shown = drawn(store, made)["confirmation"]
    assert "And 2 more" in shown and "1 more lies behind these" in shown and shown.count("<tr>") == 2 + 2


def test_agreement_over_time_has_its_numbers_and_says_why_there_is_none(store: Store, made: Believable) -> None:
    with store.write() as db:
        labeling_rules.save(db, made.campaign, Rules(2), "mira", 1.0)
    say(store, made, *((who, i, CONFIRM) for i in range(3) for who in ("ann", "bob")))
    shown = drawn(store, made)["over_time"]
    assert "Every verdict is confirm" in shown and "1 hour has no alpha" in shown and "<svg" not in shown
    say(store, made, ("cleo", 1, REJECT))
    shown = drawn(store, made)["over_time"]
    assert "<svg" in shown and "data-head='Items'>3<" in shown and "data-head='Opinions'>7<" in shown
    assert escape("An interval needs 20 items") in shown


def test_a_large_round_is_counted_apart_and_shown_once_it_is(
    store: Store, made: Believable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(round_cache, "AT_ONCE", 0)
    say(store, made, ("ann", 0, CONFIRM))
    with store.read() as db:
        facts = read_facts(db, made.round, "mira")
    assert facts is not None
    cache = OverTimeCache()
    assert cache.get(store, facts) is None and "Being counted" in drawn(store, made)["pace"]
    cache.wait()
    found = cache.get(store, facts)
    assert found is not None and [n for _, n in found.bins] == [1]


def test_what_failed_to_be_counted_is_counted_again(
    store: Store, made: Believable, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(round_cache, "AT_ONCE", 0)
    say(store, made, ("ann", 0, CONFIRM))
    with store.read() as db:
        facts = read_facts(db, made.round, "mira")
    assert facts is not None
    tries: list[int] = []

    def count_it(_db: object, _facts: object) -> str:
        tries.append(1)
        if len(tries) == 1:
            raise OSError("the disk is gone")
        return "counted"

    cache = round_cache.RoundCache(count_it)
    for missing in (round_cache.COUNTING, round_cache.FAILED):
        assert cache.missing(facts) == missing and cache.get(store, facts) is None
        cache.wait()
    said = capsys.readouterr().err
    assert "the disk is gone" in said and f"This was a fault, round {made.round}" in said
    assert cache.missing(facts) == round_cache.COUNTING
    assert cache.get(store, facts) == "counted" and len(tries) == 2


def test_a_round_tells_which_verdicts_its_weights_hold(store: Store, made: Believable) -> None:
    assert "No repair of this round yet" in drawn(store, made)["lineage"]
    labeled(store, made)
    repaired(store, made)
    shown = drawn(store, made)["lineage"]
    assert "not written down then" in shown and f"round-{made.round}" in shown and "not decided" in shown
    with store.write() as db:
        (one,) = lineage.of_round(db, made.round)
        events = lineage.standing_events(db, made.proposals)
        first, second = (events[made.proposals[i]] for i in (0, 1))
        lineage.note(db, one.job, [(first, Use.PAIR), (first, Use.MODE), (second, Use.MODE)])
        rounds.decide(db, made.round, RoundState.ACCEPTED, "mira", 1e9)
    shown = drawn(store, made)["lineage"]
    assert "pair: 1; re-applied mode: 2" in shown and "2 verdicts that" in shown and "pair, re-applied mode" in shown
    assert "f-pill good'>accepted" in shown and "passed" in shown and "% before, " in shown
