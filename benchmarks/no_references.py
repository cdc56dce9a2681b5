"""What a verdict is worth where there are no labels: `python -m benchmarks.no_references --json -`.

Real CIFAR-10 pictures and the demo's signs, both without labels: an answer is expected to stay what it is unedited. The
annotators know better: people's labels (CIFAR-10H) and the drawing code. Beside each round stands its rival,
consistency training: the clean answer taught under every cell, with the same recipe and no verdict. Of its weights
those with the fewest failures under edits are kept, whatever clean answers changed: no label says which were right.

The campaigns know no label. The figures do: CIFAR's are over the verify pictures that the target is right about by
their true labels, and the signs' are of the true answer *after the edit*.
"""

from __future__ import annotations

import json
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import rounds
from benchmarks.common import arguments, cache_folder, emit, say
from benchmarks.rounds import cifar_campaign, human_labels, run, signs_annotator, signs_campaign
from faded import runtime
from faded.concepts.image import ImageEditor
from faded.config import CampaignConfig
from faded.domain import ModeKey
from faded.jobs.context import Context, prepare
from faded.jobs.headless import MakeAnnotator
from faded.jobs.verify import modes_of_round
from faded.probe import nothing_invalid
from faded.repair.pairs import every_mode
from faded.repair.trainer import RepairConfig, repair
from faded.store import campaigns
from faded.store.engine import open_store
from faded.targets.classifier import Classifier
from faded.verification.compare import compare
from faded.verification.evaluate import evaluate, settings_of

SEED = 0
CIFAR, SIGNS = "cifar", "signs"
RESAMPLES = 2000
"""Of the bootstrap: the ends of a 90% interval then vary by about 3% of its width."""
BATCH = 250
CONFIRMED, CHANGED = "confirmed_modes", "changed_answers"
"""The two groups of settings on the signs; the accuracy is the mean of theirs."""


@dataclass(frozen=True)
class Ended:
    """A round that has ended, and its rival.

    Attributes:
        record: The round's record.
        confirmed: The modes it learned from.
        mended: Folder of its weights.
        rival: Folder of the rival's weights.
    """

    record: dict[str, Any]
    confirmed: list[ModeKey]
    mended: Path
    rival: Path


def ended(problem: str, config: CampaignConfig, annotator: MakeAnnotator, label: str) -> Ended:
    """Run the round and train the rival; what is done already is taken from the cache."""
    name = f"no-references-{problem}-{rounds.code()}"
    file = cache_folder(name) / f"{config.digest()}.json"
    if not file.is_file():
        _, done = run(f"no-references-{problem}", config, annotator, label)
        file.write_text(json.dumps({"round_id": done.round_id, "record": done.record}))
    kept = json.loads(file.read_text())
    store = open_store(cache_folder(name, f"seed-{config.seed}"))
    confirmed, _ = modes_of_round(store, kept["round_id"])
    with store.read() as db:
        mended = store.workspace / campaigns.get_round(db, kept["round_id"]).repaired
    rival = cache_folder(name) / f"rival-{config.digest()}"
    if not rival.is_dir():
        runtime.start(config.seed)
        made = train_zero_label(prepare(config, 1, say), RepairConfig(seed=config.seed, flip_penalty=0.0))
        made.save(rival.with_suffix(".part"))
        rival.with_suffix(".part").rename(rival)
    store.close()
    return Ended(kept["record"], confirmed, mended, rival)


def train_zero_label(context: Context, recipe: RepairConfig) -> Classifier:
    """Return the target tuned on the expected answers under all valid cells, with the recipe of a repair."""
    target: Classifier = context.target(None)
    keys = every_mode(context.space, [s.stratum for s in context.explore], context.known_invalid)
    say(f"zero labels: {len(keys)} cells and classes")
    repair(
        target,
        ImageEditor(context.space),
        context.space,
        context.tune,
        keys,
        [],
        {},
        recipe,
        known_invalid=context.known_invalid,
    )
    return target


def cifar(assets: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return figures and record of the real pictures."""
    done = ended(CIFAR, cifar_campaign(assets, SEED, labelled=False), human_labels(assets), "CIFAR-10H")
    context = prepare(cifar_campaign(assets, SEED), 1, say)  # this one knows the labels
    settings = settings_of(context.space, done.confirmed, [], [], nothing_invalid, SEED, watched=0)
    before = context.probe(context.target(None))
    found: dict[str, Any] = {}
    for name, folder in (("", done.mended), ("zero_label_", done.rival)):
        say(f"cifar: verifying {name or 'the round'} by the true labels")
        outcome = evaluate(before, context.probe(context.target(folder)), context.verify, settings)
        assert outcome is not None  # noqa: S101 - nobody stops it
        compared = compare(outcome, seed=SEED)
        found |= {
            f"{name}relative_drop": compared.relative_drop,
            f"{name}interval90": compared.interval90,
            f"{name}clean_before": compared.clean_before,
            f"{name}clean_after": compared.clean_after,
            f"{name}negative_flips": compared.negative_flip_rate,
        }
    label, verified = done.record["label"], done.record["verify"]
    found |= {
        "consistency_relative_drop": verified["relative_drop"],
        "modes_confirmed": label["modes_confirmed"],
        "modes_taught": len(done.confirmed),
        "verdicts": label["verdicts"],
        "rejected": label["rejected"],
    }
    return found, done.record


def signs() -> tuple[dict[str, Any], dict[str, Any]]:
    """Return figures and record of the demo's signs."""
    done = ended(SIGNS, signs_campaign(SEED, labelled=False), signs_annotator(), "truth")
    context = prepare(signs_campaign(SEED, labelled=False), 1, say)
    table = Table.of(context, done.confirmed)
    targets = {"before": None, "verdicts": done.mended, "zero_label": done.rival}
    right = {name: table.right(context, context.target(folder)) for name, folder in targets.items()}
    even = np.ones((1, len(context.verify)))
    found: dict[str, Any] = {}
    for name, outcome in right.items():
        by_group = {group: float(table.accuracy(outcome, even, group)[0]) for group in (CONFIRMED, CHANGED)}
        found[f"{name}_accuracy"] = float(np.mean(list(by_group.values())))
        found |= {f"{name}_accuracy_{group}": value for group, value in by_group.items()}
    draws = np.random.default_rng(SEED).multinomial(
        len(context.verify), np.full(len(context.verify), 1 / len(context.verify)), size=RESAMPLES
    )
    gaps = [
        table.accuracy(right["verdicts"], draws, group) - table.accuracy(right["zero_label"], draws, group)
        for group in (CONFIRMED, CHANGED)
    ]
    low, high = np.quantile(np.mean(gaps, axis=0), [0.05, 0.95])
    label = done.record["label"]
    found |= {
        "difference_interval90_low": float(low),
        "difference_interval90_high": float(high),
        "consistency_relative_drop": done.record["verify"].get("relative_drop"),
        **{name: label[name] for name in ("modes_confirmed", "verdicts", "confirmed", "rejected", "invalid")},
    }
    return found, done.record


@dataclass(frozen=True)
class Table:
    """Verify signs under settings, where the sign can still be read.

    Attributes:
        sample: Number of the verify sample, shape (n_rows,).
        values: The settings, shape (n_rows, n_concepts).
        true: The true answers after the edit.
        changed: Whether the edit changed the answer; the other rows are of confirmed modes; shape (n_rows,).
    """

    sample: NDArray[np.int64]
    values: NDArray[np.float64]
    true: list[str]
    changed: NDArray[np.bool_]

    @classmethod
    def of(cls, context: Context, confirmed: list[ModeKey]) -> Table:
        """Put every verify sign under its class's confirmed modes, and under every cell that changes its answer."""
        space = context.space
        modes = {(key.stratum, space.index(key.cell)) for key in confirmed}
        rows: list[tuple[int, int, str, bool]] = []
        assert context.truth is not None  # noqa: S101 - the demo's drawing code
        before = context.truth([s.id for s in context.verify], np.tile(space.control, (len(context.verify), 1)))
        for cell, setting in enumerate(space.grid):
            after = context.truth([s.id for s in context.verify], np.tile(setting, (len(context.verify), 1)))
            for i, (sample, was, now) in enumerate(zip(context.verify, before, after, strict=True)):
                if now is not None and now != was:
                    rows.append((i, cell, now, True))
                if now is not None and (sample.stratum, cell) in modes:
                    rows.append((i, cell, now, False))
        numbers = np.array([(i, cell) for i, cell, _, _ in rows], dtype=np.int64)
        return cls(numbers[:, 0], space.grid[numbers[:, 1]], [r[2] for r in rows], np.array([r[3] for r in rows]))

    def right(self, context: Context, target: Classifier) -> NDArray[np.bool_]:
        """Return, per row, whether the target gives the true answer."""
        editor, said = ImageEditor(context.space), []
        for start in range(0, len(self.sample), BATCH):
            chosen = slice(start, start + BATCH)
            payloads = [context.verify[i].payload for i in self.sample[chosen]]
            said += target.answer(editor(payloads, self.values[chosen])).texts
        return np.array([a == t for a, t in zip(said, self.true, strict=True)])

    def accuracy(self, right: NDArray[np.bool_], weights: NDArray[Any], group: str) -> NDArray[np.float64]:
        """Return the share of right rows of a group, for each drawing of samples: `weights` (draws, n_samples)."""
        rows = self.changed if group == CHANGED else ~self.changed
        count = weights.shape[1]
        total = np.bincount(self.sample[rows], minlength=count)
        good = np.bincount(self.sample[rows & right], minlength=count)
        return np.asarray(weights @ good / (weights @ total))


def one(problem: str, assets: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Run one problem."""
    return cifar(assets) if problem == CIFAR else signs()


def main() -> None:
    """Run both and print their figures and records."""
    given = arguments(__doc__ or "")
    with ProcessPoolExecutor(given.processes, mp_context=get_context("spawn")) as pool:
        jobs = {problem: pool.submit(one, problem, given.assets) for problem in (CIFAR, SIGNS)}
        found = {problem: job.result() for problem, job in jobs.items()}
    figures = {f"{problem}_{name}": value for problem, (made, _) in found.items() for name, value in made.items()}
    records = {problem: record for problem, (_, record) in found.items()}
    emit({"benchmark": "no_references", "figures": figures, "records": records}, given.json)


if __name__ == "__main__":
    main()
