"""How fast people judge, what is left and when it is done; agreement day by day."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pytest

from faded.domain import ModeKey, Verdict
from faded.labeling import pace, standings
from faded.labeling.over_time import agreement_over_time
from faded.labeling.pace import Left, by_unit, outlook, pace90
from faded.labeling.shares import wilson90
from faded.labeling.units import DAY, HOUR, units
from faded.store import campaigns, labeling_rules, over_time, verdicts
from faded.store.engine import Db, Store
from faded.store.gold_queue import Check
from faded.store.labeling_rules import Rules
from faded.store.over_time import BIN_SECONDS, JudgedAlike
from tests.store.helpers import fill

NOON = datetime(2026, 11, 3, 12).timestamp()
MODES = [ModeKey((0,), "a"), ModeKey((1,), "a")]


def propose(store: Store, round_id: int, each: int) -> list[str]:
    made = fill(store, round_id, {key: (1.0, each) for key in MODES})
    return [item.id for key in MODES for item in made[key]]


def two_people_each(db: Db, round_id: int) -> None:
    labeling_rules.save(db, campaigns.get_round(db, round_id).campaign_id, Rules(2), "mira", 1.0)


def at(moment: float) -> int:
    return int(moment // BIN_SECONDS)


def test_wilson_is_what_the_formula_gives() -> None:
    """Of the textbook: 8 of 10, z = 1.645, gives 0.541 to 0.931 by hand; the ends stay within 0 and 1."""
    assert wilson90(8, 10) == pytest.approx((0.5408, 0.9314), abs=2e-3)
    assert wilson90(0, 3)[0] == 0.0 and 0.4 < wilson90(0, 3)[1] < 0.5 and wilson90(3, 3)[1] == 1.0


def test_short_work_is_told_by_hours_and_long_work_by_days_without_gaps() -> None:
    hours = units(NOON + 60, NOON + 3 * HOUR + 60)
    assert hours.hourly and len(hours.starts) == 4 and hours.name(1) == "03 Nov, 13:00"
    days = units(NOON, NOON + 3 * DAY)
    assert not days.hourly and [days.name(i) for i in (0, 3)] == ["03 Nov 2026", "06 Nov 2026"]
    assert days.place(NOON) == 0 and days.place(NOON + DAY) == 1
    told, counts = by_unit([(at(NOON), 5), (at(NOON + 3 * DAY), 2), (at(NOON + 3 * DAY) + 1, 1)])
    assert not told.hourly and counts == [5, 0, 0, 3]


def test_the_interval_of_a_pace_is_wide_where_verdicts_come_in_bursts() -> None:
    slow, fast = pace90(np.array([10.0, 10.0, 10.0, 10.0, 10.0]))
    burst_slow, burst_fast = pace90(np.array([0.0, 50.0, 0.0, 0.0, 0.0]))
    assert 7 < slow < 10 < fast < 13
    assert burst_slow < 3 and burst_fast > 25


@pytest.mark.parametrize("bursts", [False, True])
def test_the_interval_of_a_pace_holds_the_true_pace_nine_times_of_ten(bursts: bool) -> None:
    rng, held = np.random.default_rng(0), 0
    for _ in range(400):
        means = rng.gamma(4.0, 50.0, 7) if bursts else np.full(7, 200.0)
        slow, fast = pace90(rng.poisson(means).astype(np.float64))
        held += slow <= 200 <= fast
    assert 0.82 <= held / 400 <= 0.97


def test_the_first_days_are_told_in_hours_of_work() -> None:
    bins = [(at(NOON) + i, 30) for i in range(8)]
    found = outlook(bins, Left(120, 240), NOON + DAY)
    assert found.working and found.soonest is not None and found.latest is not None
    assert 0.6 * HOUR < found.soonest < HOUR and 2 * HOUR < found.latest < 3 * HOUR


def test_later_the_last_week_says_when_it_is_done_nights_included() -> None:
    bins = [(at(NOON + i * DAY), 100) for i in range(20)]
    found = outlook(bins, Left(500, 1000), NOON + 20 * DAY)
    assert not found.working and found.soonest is not None and found.latest is not None
    assert 4.5 * DAY < found.soonest < 5 * DAY and 10 * DAY < found.latest < 11.5 * DAY


@pytest.mark.parametrize(
    ("bins", "left", "now", "said"),
    [
        ([], Left(1, 3), NOON, "no pace before the first verdict"),
        ([(at(NOON), 19)], Left(1, 3), NOON + HOUR, "cannot be said from 19 verdicts in 1 quarter of an hour"),
        ([(at(NOON), 90)], Left(1, 3), NOON + 30 * DAY, "Nobody has judged anything in the last 7 days"),
        ([(at(NOON), 500)], Left(0, 0), NOON, ""),
    ],
)
def test_where_nothing_can_be_said_it_is_said_why(
    bins: list[tuple[int, int]], left: Left, now: float, said: str
) -> None:
    found = outlook(bins, left, now)
    assert found.soonest is None and found.latest is None and said in found.note


def test_an_end_that_is_years_away_is_none() -> None:
    bins = [(at(NOON + i * DAY), 4) for i in range(20)]
    found = outlook(bins, Left(10, 100_000), NOON + 20 * DAY)
    assert found.soonest is not None and found.latest is None and "years" in found.note


def test_what_is_left_is_between_what_decides_and_all(store: Store, round_id: int) -> None:
    """Two modes of five, two people each: three alike decide a mode, so 6 opinions a mode; one of them is there."""
    ids = propose(store, round_id, 5)
    with store.write() as db:
        found = standings.read(db, round_id)
        assert pace.left(found, over_time.begun(db, round_id), 2) == Left(12, 20)
        two_people_each(db, round_id)
        verdicts.submit(db, ids[0], "ann", "k", now=NOON, verdict=Verdict.CONFIRM)
        found = standings.read(db, round_id)
        assert pace.left(found, over_time.begun(db, round_id), 2) == Left(11, 19)


def test_answers_to_known_ones_and_adjudications_are_no_pace(store: Store, round_id: int) -> None:
    ids = propose(store, round_id, 5)
    with store.write() as db:
        for i, rest in enumerate(({}, {"adjudicates": "plain"}, {"check": Check.SILENT})):
            verdicts.submit(db, ids[i], "ann", f"k{i}", now=NOON, verdict=Verdict.CONFIRM, **rest)
        assert [n for _, n in over_time.given(db, round_id)] == [1]


def test_agreement_is_told_day_by_day_and_says_why_there_is_none() -> None:
    """On the first day two people confirm three items and differ on one; on the fourth all is confirmed."""
    judged = [
        JudgedAlike(at(NOON), (2, 0, 0, 0), 3),
        JudgedAlike(at(NOON) + 1, (1, 1, 0, 0), 1),
        JudgedAlike(at(NOON + 3 * DAY), (2, 0, 0, 0), 40),
    ]
    found = agreement_over_time(judged)
    assert found is not None and not found.units.hourly and [one.place for one in found.found] == [0, 3]
    first, last = found.found
    assert (first.items, first.opinions) == (4, 8) and (last.items, last.opinions) == (40, 80)
    assert first.alpha.value == pytest.approx(1 - (2 / 8) / (2 * 7 * 1 / (8 * 7))) and "20 items" in first.alpha.note
    assert last.alpha.value is None and "Every verdict is confirm" in last.alpha.note
    assert agreement_over_time([]) is None


def test_only_the_latest_days_are_told() -> None:
    judged = [JudgedAlike(at(NOON + i * DAY), (1, 1, 0, 0), 2) for i in range(40)]
    found = agreement_over_time(judged)
    assert found is not None and len(found.found) == 30 and found.earlier == 10 and found.found[-1].place == 39


def test_the_store_counts_verdicts_and_what_several_judge(store: Store, round_id: int) -> None:
    ids = propose(store, round_id, 2)
    said = (("ann", 0, "confirm", 0), ("bob", 0, "reject", 1), ("ann", 1, "confirm", 1), ("bob", 1, "confirm", 2))
    with store.write() as db:
        two_people_each(db, round_id)
        for i, (who, item, verdict, later) in enumerate(said):
            now = NOON + later * BIN_SECONDS
            verdicts.submit(db, ids[item], who, f"k{i}", now=now, verdict=Verdict(verdict))
        verdicts.submit(db, ids[2], "ann", "alone", now=NOON, verdict=Verdict.UNSURE)
        verdicts.submit(db, ids[3], "ann", "skip", now=NOON)
        assert over_time.given(db, round_id) == [(at(NOON), 2), (at(NOON) + 1, 2), (at(NOON) + 2, 1)]
        assert over_time.judged(db, round_id) == [
            JudgedAlike(at(NOON) + 1, (1, 1, 0, 0), 1),
            JudgedAlike(at(NOON) + 2, (2, 0, 0, 0), 1),
        ]
