from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from agents.random import RandomAgent
from agents.rollout import drive
from faded.domain import FadedError, Sample
from faded.exploration.env import Asked, ExploreConfig, ExploreEnv
from faded.exploration.frame import Ask, AskProbe, AskTable, Frame, build_frame
from faded.probe import Probe
from tests.exploration.tables import SPACE


@dataclass(frozen=True)
class Said:
    numbers: np.ndarray

    @property
    def texts(self) -> list[str]:
        return ["yes" if n > 0 else "no" for n in self.numbers]

    @property
    def features(self) -> np.ndarray:
        return self.numbers[:, None].astype(np.float32)

    def details(self, row: int) -> dict[str, str | float | None]:
        return {}


class Threshold:
    """Says yes while the number, less what the setting takes away, stays above 0."""

    def answer(self, inputs: np.ndarray) -> Said:
        return Said(inputs)

    def fingerprint(self) -> str:
        return "0" * 16

    def save(self, folder: Path) -> None:
        raise AssertionError("exploring saves no target")


class Shifted(Threshold):
    """Says yes only to numbers above 3."""

    def answer(self, inputs: np.ndarray) -> Said:
        return Said(inputs - 3)


def wrong(answers: Said, references: list[str | None], originals: list[float]) -> np.ndarray:
    return np.array([float(a != r) for a, r in zip(answers.texts, references, strict=True)])


def lessen(payloads: list[float], values: np.ndarray) -> np.ndarray:
    return np.asarray(payloads) - values.sum(axis=1)


def beyond_ten(strata: list[str], values: np.ndarray) -> np.ndarray:
    return (values.sum(axis=1) > 10) & (np.asarray(strata) == "many")


PROBE = Probe(Threshold(), lessen, wrong, SPACE, 0.5, beyond_ten)
SAMPLES = [Sample(f"{i:016x}", float(i % 12) - 1.5, "yes", "many" if i % 12 > 5 else "few") for i in range(96)]


def test_the_frame_keeps_clean_answers_and_who_is_eligible() -> None:
    progress: list[tuple[int, int]] = []
    frame = build_frame(PROBE, SAMPLES, 40, lambda done, total: progress.append((done, total)))
    assert progress == [(40, 96), (80, 96), (96, 96)]
    assert frame.strata == ("few", "many")
    assert frame.features[:, 0].tolist() == [s.payload for s in SAMPLES]
    assert frame.eligible.tolist() == [s.payload > 0 for s in SAMPLES]
    assert not frame.known_invalid[0].any()
    assert frame.known_invalid[1].sum() == (SPACE.grid.sum(axis=1) > 10).sum() > 0


def test_who_is_eligible_is_the_original_targets_word_and_features_are_the_targets_own() -> None:
    repaired = replace(PROBE, target=Shifted())
    frame = build_frame(repaired, SAMPLES, original=PROBE)
    assert frame.eligible.tolist() == [s.payload > 0 for s in SAMPLES]
    assert frame.features[:, 0].tolist() == [s.payload - 3 for s in SAMPLES]
    assert build_frame(repaired, SAMPLES).eligible.sum() < frame.eligible.sum()


def test_no_samples_are_refused_in_words() -> None:
    with pytest.raises(FadedError, match="no samples"):
        build_frame(PROBE, [])


def test_a_table_and_the_live_target_are_interchangeable() -> None:
    frame = build_frame(PROBE, SAMPLES)
    live = AskProbe(PROBE, SAMPLES)
    rows, cells = np.divmod(np.arange(len(SAMPLES) * SPACE.n_cells), SPACE.n_cells)
    replies = live(rows, cells)
    shape = (len(SAMPLES), SPACE.n_cells)
    said = np.array([a == "yes" for a in replies.answers], dtype=np.int16).reshape(shape)
    table = AskTable(replies.discrepancy.reshape(shape).astype(np.float32), 0.5, said, ("no", "yes"))

    def run(ask: Ask, of: Frame) -> tuple[list[Asked], np.ndarray]:
        env = ExploreEnv(SPACE, of, ask, ExploreConfig(bound=0.5, num_envs=16, seed=1))
        asked: list[Asked] = []
        drive(env, RandomAgent(SPACE.shape, 0), 500, lambda event: asked.append(event.infos["asked"]))
        return asked, env.landscape.probability()

    (one, probability), (other, same) = run(live, frame), run(table, frame)
    assert np.array_equal(probability, same)
    assert [a.answers for a in one] == [a.answers for a in other]
    assert sum(a.failed.sum() for a in one) > 0
