"""Repair mends what was confirmed, keeps the rest, and survives being killed."""

import numpy as np
import pytest
import torch
from safetensors.torch import load, save

from faded.discrepancies.classification import margin
from faded.domain import FadedError, ModeKey, Pair
from faded.probe import Probe
from faded.repair.checkpoint import Checkpoint
from faded.repair.material import split
from faded.repair.records import Progress
from faded.repair.trainer import RepairConfig, repair
from faded.targets.classifier import Classifier
from tests.repair.small import EDITOR, SPACE, lamps, target

TUNE = lamps(500, seed=2)
FRESH = lamps(300, seed=3)
MODES = [ModeKey((2,), "red"), ModeKey((3,), "red"), ModeKey((2,), "green"), ModeKey((3,), "green")]
CONFIG = RepairConfig(steps=120, batch=48, anchor_batch=48, learning_rate=5e-3, evaluate_every=20, patience=20)


def failure_rate(classifier: Classifier, value: float, classes: tuple[str, ...] = ("grey", "red", "green")) -> float:
    samples = [s for s in FRESH if s.stratum in classes]
    probe = Probe(classifier, EDITOR, margin, SPACE, 0.0)
    return float(probe.measure(samples, np.full((len(samples), 1), value)).failed.mean())


def test_the_confirmed_modes_fade_on_inputs_never_seen_and_clean_answers_stay() -> None:
    classifier = target()
    before = failure_rate(classifier, 0.6, ("red", "green"))
    assert before > 0.6 and failure_rate(classifier, 0.0) < 0.05
    result = repair(classifier, EDITOR, SPACE, TUNE, MODES, [], {}, CONFIG)
    assert failure_rate(classifier, 0.6, ("red", "green")) < before / 2
    assert failure_rate(classifier, 0.0) < 0.05
    assert result.best.score == min(e.score for e in result.history)
    trained_on = sum(s.stratum in ("red", "green") for s in split(TUNE)[0])
    assert result.reapplied_pairs == 2 * trained_on and result.pairs == 0


def test_only_weights_move_and_not_the_statistics_of_batchnorm() -> None:
    classifier = target()
    before = {name: buffer.clone() for name, buffer in classifier.module.named_buffers()}
    fingerprint = classifier.fingerprint()
    repair(classifier, EDITOR, SPACE, TUNE, MODES, [], {}, CONFIG)
    assert classifier.fingerprint() != fingerprint
    assert all(torch.equal(before[name], buffer) for name, buffer in classifier.module.named_buffers())


@pytest.mark.parametrize("reference_weight", [0.0, 0.5])
def test_a_killed_and_resumed_repair_ends_with_the_same_weights(reference_weight: float) -> None:
    config = RepairConfig(
        steps=60, batch=32, anchor_batch=32, keep_batch=16, learning_rate=5e-3, evaluate_every=20,
        reference_weight=reference_weight,
    )  # fmt: skip
    pair = Pair(FRESH[0].id, (0.6,), "red", "grey")
    given = (EDITOR, SPACE, TUNE, MODES, [pair], {FRESH[0].id: FRESH[0]}, config)
    unbroken = target()
    whole = repair(unbroken, *given)
    written: list[tuple[bytes, dict[str, object]]] = []

    def killed_at_33(progress: Progress) -> None:
        if progress.step == 33:
            checkpoint = progress.checkpoint()
            written.append((save(checkpoint.tensors), checkpoint.state))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        repair(target(), *given, on_step=killed_at_33)
    tensors, state = written[0]
    resumed = target()
    rest = repair(resumed, *given, resume=Checkpoint(load(tensors), state))
    assert resumed.fingerprint() == unbroken.fingerprint()
    assert rest == whole


def test_stopping_keeps_the_best_weights_so_far() -> None:
    stopped, told = target(), []
    result = repair(
        stopped, EDITOR, SPACE, TUNE, MODES, [], {}, CONFIG, on_step=told.append, should_stop=lambda: len(told) >= 45
    )
    assert result.stopped and result.steps == 45
    assert result.best.step in (20, 40) and result.best.score < result.history[0].score
    assert failure_rate(stopped, 0.6, ("red", "green")) < failure_rate(target(), 0.6, ("red", "green"))


def test_a_repair_that_only_harms_is_undone() -> None:
    classifier = target()
    result = repair(
        classifier, EDITOR, SPACE, TUNE, MODES, [], {}, RepairConfig(steps=30, learning_rate=10.0, evaluate_every=10)
    )
    assert result.best.step == 0
    assert classifier.fingerprint() == target().fingerprint()


def test_verdict_pairs_alone_are_learned() -> None:
    wrong = [s for s in FRESH if s.stratum == "red"][:20]
    pairs = [Pair(s.id, (0.6,), "red", "grey") for s in wrong]
    classifier = target()
    result = repair(classifier, EDITOR, SPACE, TUNE, [], pairs, {s.id: s for s in wrong}, CONFIG)
    assert result.pairs == 20 and result.reapplied_pairs == 0
    assert failure_rate(classifier, 0.6, ("red",)) < failure_rate(target(), 0.6, ("red",)) / 2


def test_nothing_confirmed_is_said_and_a_mode_without_inputs_is_named() -> None:
    with pytest.raises(FadedError, match="nothing to repair"):
        repair(target(), EDITOR, SPACE, TUNE, [], [], {}, CONFIG)
    elsewhere = ModeKey((2,), "blue")
    result = repair(target(), EDITOR, SPACE, TUNE, [*MODES, elsewhere], [], {}, RepairConfig(steps=1))
    assert result.skipped == (elsewhere,)


def test_a_tighter_anchor_moves_clean_answers_less() -> None:
    def moved(kl_weight: float) -> float:
        classifier = target()
        probe = Probe(classifier, EDITOR, margin, SPACE, 0.0)
        before = probe.clean(FRESH).answers.probabilities
        repair(classifier, EDITOR, SPACE, TUNE, MODES, [], {}, RepairConfig(
            steps=60, learning_rate=5e-3, kl_weight=kl_weight, evaluate_every=60, flip_penalty=0.0
        ))  # fmt: skip
        return float(np.abs(probe.clean(FRESH).answers.probabilities - before).mean())

    assert moved(30.0) < moved(0.0) / 2


def test_what_is_right_under_the_same_setting_is_kept() -> None:
    """Seeing only red lamps in the dark moves what is said of dark grey ones, unless those are shown as well."""
    greys = [s for s in FRESH if s.stratum == "grey"]
    dark = np.full((len(greys), 1), 0.6)

    def moved(keep_batch: int) -> float:
        classifier = target()
        probe = Probe(classifier, EDITOR, margin, SPACE, 0.0)
        before = probe.measure(greys, dark).answers.probabilities
        config = RepairConfig(
            steps=60, learning_rate=5e-3, kl_weight=1.0, keep_batch=keep_batch, evaluate_every=60, flip_penalty=0.0
        )
        repair(classifier, EDITOR, SPACE, TUNE, [ModeKey((2,), "red"), ModeKey((3,), "red")], [], {}, config)
        assert failure_rate(classifier, 0.6, ("red",)) < 0.3
        return float(np.abs(probe.measure(greys, dark).answers.probabilities - before).mean())

    assert failure_rate(target(), 0.6, ("grey",)) < 0.1
    assert moved(48) < moved(0) / 2
