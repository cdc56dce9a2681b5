"""Repair of a target that writes mends what was confirmed, keeps the rest, and survives being killed."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load as read_tensors
from safetensors.torch import save

from faded.domain import FadedError, ModeKey, Pair, Stopped
from faded.repair.checkpoint import Checkpoint
from faded.repair.records import Progress, RepairResult
from faded.repair.sequence import SequenceConfig, repair_sequences
from faded.repair.sequence_material import LOOKS
from faded.targets.summarizer import Summarizer
from tests.repair.lamps_told import COLOURS, load, probe, reports, write_trained

TUNE = reports(300, seed=2)
FRESH = reports(120, seed=3)
MODES = [ModeKey((1,), "red"), ModeKey((1,), "green")]
CONFIG = SequenceConfig(
    steps=120,
    batch=16,
    draws=80,
    held_rows=40,
    learning_rate=5e-3,
    rank=8,
    evaluate_every=10,
    anchor_batch=32,
    anchor_weight=30.0,
)
"""So tiny a network answers everything by the same few weights, so its clean answers are held tight."""

Make = Callable[[], Summarizer]


@pytest.fixture(scope="module", params=["t5", "gpt2"])
def make(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Make:
    folder = write_trained(request.param, tmp_path_factory.mktemp("told") / request.param)
    return lambda: load(folder)


def rates(target: Summarizer, value: float, colours: tuple[str, ...]) -> float:
    samples = [s for s in FRESH if s.stratum in colours]
    return float(probe(target).measure(samples, np.full((len(samples), 1), value)).failed.mean())


def run(target: Summarizer, config: SequenceConfig = CONFIG, **more: object) -> RepairResult:
    given = {"tune": TUNE, "modes": MODES, "pairs": [], "pair_samples": {}} | more
    return repair_sequences(probe(target), target, config=config, **given)  # type: ignore[arg-type]


def test_the_confirmed_modes_fade_and_clean_answers_stay(make: Make, tmp_path: Path) -> None:
    target = make()
    before = rates(target, 1.0, ("red", "green"))
    assert before > 0.6 and rates(target, 0.0, COLOURS) < 0.05
    frozen = {name: tensor.clone() for name, tensor in target.module.state_dict().items()}
    told: list[Progress] = []
    result = run(target, on_step=told.append)
    assert rates(target, 1.0, ("red", "green")) < before / 2
    assert rates(target, 0.0, COLOURS) < 0.05
    assert result.best.score == min(e.score for e in result.history) and not result.stopped
    assert result.reapplied_pairs > 0 and result.pairs == 0
    assert told[-1].step == result.steps and told[0].loss > told[-1].loss
    state = target.module.state_dict()
    base = {name.replace("base_layer.", ""): tensor for name, tensor in state.items() if "lora_" not in name}
    assert base.keys() == frozen.keys() and all(torch.equal(base[name], frozen[name]) for name in frozen)
    target.save(tmp_path / "adapter")
    assert (tmp_path / "adapter" / "adapter_model.safetensors").is_file()
    again = load(tmp_path / "adapter")
    assert rates(again, 1.0, ("red", "green")) == rates(target, 1.0, ("red", "green"))


def test_a_killed_and_resumed_repair_ends_with_the_same_weights(make: Make) -> None:
    pair = Pair(FRESH[0].id, (1.0,), "it was red", "it was blue")
    given = {"pairs": [pair], "pair_samples": {FRESH[0].id: FRESH[0]}}
    unbroken = make()
    whole = run(unbroken, **given)
    written: list[tuple[bytes, dict[str, object]]] = []

    def killed_at_23(progress: Progress) -> None:
        if progress.step == 23:
            checkpoint = progress.checkpoint()
            written.append((save(checkpoint.tensors), checkpoint.state))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(make(), on_step=killed_at_23, **given)
    tensors, state = written[0]
    assert all("lora_" in name for name in read_tensors(tensors))
    resumed = make()
    rest = run(resumed, resume=Checkpoint(read_tensors(tensors), state), **given)
    assert resumed.fingerprint() == unbroken.fingerprint()
    assert rest == whole


def test_stopping_keeps_the_best_weights_so_far(make: Make) -> None:
    stopped, told = make(), []
    result = run(stopped, on_step=told.append, should_stop=lambda: len(told) >= 25)
    assert result.stopped and result.steps == 25
    assert result.best.step in (10, 20) and result.best.score < result.history[0].score


def test_a_repair_that_only_harms_is_undone_and_leaves_no_trace(make: Make) -> None:
    target = make()
    fingerprint = target.fingerprint()
    result = run(target, SequenceConfig(steps=10, draws=20, held_rows=40, learning_rate=5.0, rank=4, evaluate_every=5))
    assert result.best.step == 0
    assert target.fingerprint() == fingerprint
    target.answer(["the lamp in the hall shone red"])


def test_verdict_pairs_alone_are_learned_as_people_corrected_them(make: Make) -> None:
    wrong = [s for s in reports(80, seed=4) if s.stratum == "red"]
    pairs = [Pair(s.id, (1.0,), "it shone red", "it was green") for s in wrong]
    target = make()
    # What they wrote is learned for clean reports as well.
    config = replace(CONFIG, flip_penalty=0.0, anchor_weight=0.0, learning_rate=1e-2)
    result = run(target, config, modes=[], pairs=pairs, pair_samples={s.id: s for s in wrong})
    assert result.pairs == 20 and result.reapplied_pairs == 0
    reds = [s for s in FRESH if s.stratum == "red"]
    said = probe(target).measure(reds, np.ones((len(reds), 1))).answers.texts
    # By the measure, a piece of what they wrote is enough.
    assert sum(text in ("it shone red", "it red", "shone red") for text in said) > 0.8 * len(reds)


def test_a_second_repair_goes_on_from_the_first(make: Make) -> None:
    target = make()
    run(target)
    between = target.fingerprint()
    result = run(target, modes=[ModeKey((1,), "blue"), ModeKey((1,), "grey")])
    assert result.best.step > 0 and target.fingerprint() != between
    assert rates(target, 1.0, ("blue", "grey")) < 0.5


def test_nothing_to_learn_from_is_said_and_a_mode_without_inputs_is_named(make: Make) -> None:
    with pytest.raises(FadedError, match="nothing to repair"):
        run(make(), modes=[])
    with pytest.raises(FadedError, match="too few"):
        run(make(), tune=TUNE[:1])
    elsewhere = ModeKey((1,), "violet")
    short = SequenceConfig(steps=1, draws=8, held_rows=8, evaluate_every=1, rank=2)
    assert run(make(), short, modes=[*MODES, elsewhere]).skipped == (elsewhere,)


def test_the_inputs_that_are_answered_first_are_counted_and_can_be_stopped(make: Make) -> None:
    told: list[tuple[int, int]] = []
    run(make(), replace(CONFIG, steps=1), on_prepared=lambda done, total: told.append((done, total)))
    assert [done for done, _ in told] == sorted({done for done, _ in told}) and len(told) >= LOOKS
    assert {total for _, total in told} == {told[-1][0]}
    answered: list[int] = []
    with pytest.raises(Stopped):
        run(make(), on_prepared=lambda done, total: answered.append(done), should_stop=lambda: bool(answered))
    assert answered == [told[0][0]]
