from __future__ import annotations

import itertools

import numpy as np

from faded.exploration.scores import aim, beside, level_scores
from faded.landscape.cells import Cells
from tests.exploration.tables import SPACE


def test_a_batch_is_aimed_at_each_place_once() -> None:
    worth = np.random.default_rng(0).random((2, SPACE.n_cells))
    open_cells = np.ones((8, SPACE.n_cells), dtype=bool)
    strata = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    cells = aim(worth, strata, open_cells, np.random.default_rng(1))
    assert set(cells[:4]) == set(np.argsort(worth[0])[-4:])
    assert len(set(cells[4:])) == 4


def test_a_sample_is_never_aimed_at_what_it_was_asked() -> None:
    worth = np.zeros((1, SPACE.n_cells))
    worth[0, 7] = 1.0
    open_cells = np.ones((2, SPACE.n_cells), dtype=bool)
    open_cells[0, 7] = False
    cells = aim(worth, np.array([0, 0]), open_cells, np.random.default_rng(0))
    assert cells[0] != 7 and cells[1] == 7


def test_following_the_best_level_of_every_concept_lands_on_the_aim() -> None:
    rng = np.random.default_rng(2)
    worth = rng.random((3, SPACE.n_cells))
    strata = rng.integers(3, size=20)
    open_cells = np.ones((20, SPACE.n_cells), dtype=bool)
    cells = aim(worth, strata, open_cells, rng)
    scores = level_scores(worth, strata, open_cells, cells, Cells(SPACE))
    assert scores.shape == (20, sum(SPACE.shape))
    assert scores.min() >= 0 and scores.max() == 1
    heads = np.split(scores, np.cumsum(SPACE.shape)[:-1], axis=1)
    chosen = np.stack([h.argmax(axis=1) for h in heads], axis=1)
    assert np.array_equal(SPACE.indices(chosen), cells)


def test_beside_a_cell_are_those_that_differ_in_one_level() -> None:
    cells = np.array([0, 57, SPACE.n_cells - 1])
    found = SPACE.levels(beside(SPACE, cells).reshape(-1)).reshape(3, sum(SPACE.shape), 3)
    own = SPACE.levels(cells)[:, None]
    assert ((found != own).sum(axis=-1) <= 1).all()
    starts = np.cumsum([0, *SPACE.shape])
    for k, (start, end) in enumerate(itertools.pairwise(starts)):
        assert (found[:, start:end, k] == np.arange(SPACE.shape[k])).all()
