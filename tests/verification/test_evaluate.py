"""Both targets are asked the same questions of the same samples, and a killed evaluation goes on."""

import itertools
import json
from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from faded.concepts.spec import ConceptSpace, ConceptSpec
from faded.discrepancies.classification import margin
from faded.domain import Kind, ModeKey
from faded.probe import Probe, nothing_invalid
from faded.verification.evaluate import WATCHED, evaluate, settings_of
from faded.verification.records import Outcomes, Role
from tests.large import LARGE
from tests.repair.small import EDITOR, LABELS, SPACE, lamps, target

FOLD = lamps(90, seed=5)
CONFIRMED = [ModeKey((2,), "red")]
ESTABLISHED = [*CONFIRMED, ModeKey((3,), "green")]


def probe() -> Probe:
    return Probe(target(), EDITOR, margin, SPACE, 0.0)


def settings(known_invalid=nothing_invalid, watched: int = 200):
    return settings_of(SPACE, CONFIRMED, ESTABLISHED, LABELS, known_invalid, seed=0, watched=watched)


def test_every_setting_is_there_once_for_its_reason() -> None:
    roles = {(s.stratum, s.values): s.roles for s in settings()}
    assert roles["red", (0.6,)] == {Role.CONFIRMED, Role.ESTABLISHED}
    assert roles["green", (0.9,)] == {Role.ESTABLISHED}
    assert roles["red", SPACE.towards_neutral((2,))[0]] == {Role.INTERPOLATED}
    watched = [key for key, found in roles.items() if found == {Role.WATCH}]
    assert len(watched) == 9 - 2 and all(values != (0.0,) for _, values in roles)


def test_what_is_known_to_be_invalid_is_asked_nowhere() -> None:
    found = settings(lambda strata, values: values[:, 0] > 0.5)
    assert all(s.values[0] <= 0.5 for s in found) and Role.CONFIRMED not in {r for s in found for r in s.roles}


def test_the_watch_list_is_a_seeded_draw() -> None:
    assert settings(watched=3) == settings(watched=3)
    assert sum(Role.WATCH in s.roles for s in settings(watched=3)) == 3


def test_a_target_against_itself_has_not_changed_and_only_frozen_samples_count() -> None:
    found = evaluate(probe(), probe(), FOLD, settings())
    assert found is not None
    assert np.array_equal(found.before.failed, found.after.failed)
    assert not found.before.clean[found.rows.sample].any()
    asked = {
        (found.settings[j].stratum, FOLD[i].stratum) for j, i in zip(found.rows.setting, found.rows.sample, strict=True)
    }
    assert all(wanted == given for wanted, given in asked)
    direct = probe().measure(
        [FOLD[i] for i in found.rows.sample], np.array([found.settings[j].values for j in found.rows.setting])
    )
    assert np.array_equal(direct.failed, found.before.failed)


def test_a_killed_evaluation_asks_only_what_is_missing() -> None:
    whole = evaluate(probe(), probe(), FOLD, settings())
    written: list[str] = []

    def killed(outcomes: Outcomes, total: int) -> None:
        written.append(json.dumps(outcomes.to_json()))
        if len(outcomes.failed) < total:
            raise KeyboardInterrupt

    try:
        evaluate(probe(), probe(), FOLD, settings(), on_before=killed)
        raise AssertionError("it was not killed")
    except KeyboardInterrupt:
        known = Outcomes.from_json(json.loads(written[-1]))
    batches: list[int] = []
    resumed = evaluate(
        probe(), probe(), FOLD, settings(), known_before=known, on_before=lambda o, _: batches.append(len(o.failed))
    )
    assert whole is not None and resumed is not None
    assert batches[0] > len(known.failed) > 0
    assert np.array_equal(whole.before.failed, resumed.before.failed)
    assert np.array_equal(whole.after.failed, resumed.after.failed)


def test_it_stops_when_asked() -> None:
    assert evaluate(probe(), probe(), FOLD, settings(), should_stop=lambda: True) is None


BIG = [ModeKey((1,) * 9, "red"), ModeKey((2,) * 9, "green")]


def of_large(known_invalid=nothing_invalid, seed: int = 0):
    return settings_of(LARGE, BIG[:1], BIG, LABELS, known_invalid, seed=seed)


def test_the_watch_list_of_a_space_too_large_to_be_listed_is_drawn_by_number() -> None:
    found = of_large()
    watched = [s for s in found if s.roles == {Role.WATCH}]
    assert len(watched) == WATCHED == len({(s.stratum, s.values) for s in watched})
    assert {s.stratum for s in watched} == set(LABELS)
    levels = np.array([s.cell for s in watched])
    assert levels.mean(axis=0) == pytest.approx(np.full(9, 2.0), abs=0.5)
    assert found == of_large() and found != of_large(seed=1)


def test_settings_of_a_large_space_are_traced_to_their_cells() -> None:
    found = {(s.stratum, s.values): s for s in of_large()}
    for setting in found.values():
        if Role.INTERPOLATED not in setting.roles:
            assert setting.cell is not None and tuple(LARGE.values([setting.cell])[0]) == setting.values
    assert found["red", (0.1,) * 9].roles == {Role.CONFIRMED, Role.ESTABLISHED}
    assert {s.cell for s in found.values() if Role.INTERPOLATED in s.roles} == {None}


def test_what_is_known_to_be_invalid_in_a_large_space_is_asked_nowhere() -> None:
    found = of_large(lambda strata, values: values[:, :2].max(axis=1) > 0)
    watched = [s for s in found if Role.WATCH in s.roles]
    assert len(watched) == WATCHED and all(s.values[:2] == (0.0, 0.0) for s in found)
    assert of_large(lambda strata, values: np.ones(len(strata), dtype=bool)) == []


def test_where_little_of_a_large_space_is_free_what_was_found_of_it_is_watched() -> None:
    switches = ConceptSpace(tuple(ConceptSpec(f"c{i}", Kind.ORDINAL, (0.0, 1.0), 0.0, "{value}") for i in range(13)))
    mode = ModeKey((0,) * 12 + (1,), "red")

    def invalid(strata: Sequence[str], values: NDArray[np.float64]) -> NDArray[np.bool_]:
        return values[:, :6].any(axis=1)

    found = settings_of(switches, [mode], [], LABELS, invalid, seed=0, watched=1000)
    free = {(label, (0,) * 6 + tail) for label in LABELS for tail in itertools.product((0, 1), repeat=7) if any(tail)}
    watched = {(s.stratum, s.cell) for s in found if Role.WATCH in s.roles}
    assert watched <= free - {(mode.stratum, mode.cell)} and len(watched) > 0.95 * len(free)
