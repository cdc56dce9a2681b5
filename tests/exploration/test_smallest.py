from __future__ import annotations

import numpy as np
import pytest

from faded.concepts.spec import ConceptSpace, ConceptSpec, signed_steps
from faded.domain import FadedError, Kind
from faded.exploration.hunt import NOTHING, Answered, HuntConfig
from faded.exploration.increments import NOWHERE, Increments
from faded.exploration.microscopic import MicroscopicEnv
from faded.exploration.smallest import SmallestSearch
from tests.exploration.thresholds import LEVELS, SPACE, Noting, check, oracle, thresholds
from tests.large import LARGE


def spec(kind: Kind, levels: tuple[float, ...], neutral: float) -> ConceptSpec:
    return ConceptSpec("some", kind, levels, neutral, "{value}")


def test_levels_are_counted_from_neutral_on_the_grid_and_off_it() -> None:
    assert signed_steps(spec(Kind.ORDINAL, (-10, -5, 0, 5), 0)).tolist() == [-2, -1, 0, 1]
    assert signed_steps(spec(Kind.ORDINAL, (0.5, 0.6, 0.7), 1)).tolist() == [-3, -2, -1]
    assert signed_steps(spec(Kind.ORDINAL, (-1, 2, 3), 0)).tolist() == [-1, 1, 2]
    assert signed_steps(spec(Kind.NOMINAL, (0, 1, 2), 1)).tolist() == [1, 0, 1]


def test_increments_of_a_space() -> None:
    found = Increments.of(SPACE)
    assert np.array_equal(found.steps, LEVELS) and found.start == SPACE.control_index
    assert found.added.shape == (60, 4 + 3 + 2) and np.array_equal(found.added.sum(axis=1), LEVELS)
    start = found.start
    assert [SPACE.cell(c) if c != NOWHERE else None for c in found.moves[start]] == [
        (1, 0, 0), (3, 0, 0), None, (2, 1, 0), None, (2, 0, 1),
    ]  # fmt: skip
    off = ConceptSpace((ConceptSpec("dark", Kind.ORDINAL, (0.1, 0.2), 0.0, ""), SPACE.specs[0]))
    assert off.cell(Increments.of(off).start) == (0, 2)


def test_it_finds_nearly_the_smallest_at_few_queries() -> None:
    frame, table = thresholds()
    noting = Noting(table)
    search = SmallestSearch(SPACE, frame, noting)
    assert search.run(10_000) and np.array_equal(search.searched, np.flatnonzero(frame.eligible))
    rows = np.flatnonzero(frame.eligible)
    smallest = oracle(frame, table)
    assert (search.hunt.smallest[rows] != NOTHING).all() and (search.hunt.smallest[~frame.eligible] == NOTHING).all()
    check(frame, noting, search.hunt.smallest, table)
    assert search.hunt.levels(rows).sum() <= 1.05 * smallest[rows].sum()
    assert search.hunt.queries == len(noting.pairs) <= 4 * len(rows)


def test_a_dearer_query_is_asked_less_often() -> None:
    frame, table = thresholds()
    cheap, dear = (SmallestSearch(SPACE, frame, table, HuntConfig(price=price)) for price in (0.05, 0.8))
    assert cheap.run(10_000) and dear.run(10_000)
    rows = np.flatnonzero(frame.eligible)
    assert dear.hunt.queries < cheap.hunt.queries
    assert dear.hunt.levels(rows).sum() >= cheap.hunt.levels(rows).sum()


def test_samples_that_never_fail_are_left() -> None:
    frame, table = thresholds()
    table.discrepancy[:] = 0
    search = SmallestSearch(SPACE, frame, table, HuntConfig(price=0.3))
    assert search.run(10_000)
    assert (search.hunt.smallest == NOTHING).all()
    assert search.hunt.asked_of[search.hunt.order[-40:]].sum() < 40


def test_the_budget_is_kept_and_a_resumed_search_asks_the_same() -> None:
    frame, table = thresholds()
    whole, first, rest = Noting(table), Noting(table), Noting(table)
    unbroken = SmallestSearch(SPACE, frame, whole, HuntConfig(batch=16, seed=4))
    assert not unbroken.run(200) and unbroken.hunt.queries == 200
    assert 0 < len(unbroken.searched) < frame.eligible.sum()
    broken = SmallestSearch(SPACE, frame, first, HuntConfig(batch=16, seed=4))
    broken.run(200, should_stop=lambda: broken.hunt.queries >= 90)
    resumed = SmallestSearch(SPACE, frame, rest, HuntConfig(batch=16, seed=0))
    resumed.load_state_dict(broken.state_dict())
    resumed.run(200)
    assert len(first.pairs) >= 90 and first.pairs + rest.pairs == whole.pairs
    assert np.array_equal(resumed.hunt.smallest, unbroken.hunt.smallest)
    assert np.array_equal(resumed.searched, unbroken.searched)


def test_what_is_known_already_is_not_asked_and_counts() -> None:
    frame, table = thresholds(40)
    far = SPACE.n_cells - 1
    known = Answered(np.array([0, 1]), np.array([far, far]), np.array([0.7, 0.0]))
    noting = Noting(table)
    search = SmallestSearch(SPACE, frame, noting, known=known)
    assert search.hunt.levels(np.array([0, 1])).tolist() == [LEVELS[far], LEVELS.max() + 1]
    assert search.hunt.nearness.chances(np.array([0, 1]))[:, far].tolist() == [1, 0]
    search.run(10_000)
    assert not {(0, far), (1, far)} & set(noting.pairs) and search.hunt.queries == len(noting.pairs)


@pytest.mark.parametrize("wrong", [{"price": 0.0}, {"batch": 0}])
def test_a_search_that_cannot_end_or_begin_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(FadedError, match="never"):
        HuntConfig(**wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("search", [SmallestSearch, MicroscopicEnv])
def test_a_space_too_large_to_be_listed_is_refused_before_anything_is_asked(search) -> None:  # type: ignore[no-untyped-def]
    frame, table = thresholds()
    noting = Noting(table)
    with pytest.raises(FadedError, match=r"span 1,953,125 settings.*give fewer concepts or levels"):
        search(LARGE, frame, noting)
    assert noting.pairs == []
