"""What 100 verdicts repair of a summarizer: `python -m benchmarks.bulletins --json -`.

The demo's round as `python -m faded run --demo bulletins --oracle --labels 100 --seed 0` runs it, and beside it the
rival that needs no verdict: the same repair on every cell and kind.
"""

from __future__ import annotations

from benchmarks.common import arguments, emit
from benchmarks.rounds import run, zero_label
from faded.config import CampaignConfig
from faded.jobs.oracles import oracle
from faded.tasks import BULLETINS

SEED = 0
FIGURES = (
    "relative_drop",
    "all_modes_relative_drop",
    "clean_before",
    "clean_after",
    "negative_flip_rate",
    "newly_broken",
)


def main() -> None:
    """Run the round and its rival, and print the figures of both."""
    given = arguments(__doc__ or "")
    config = CampaignConfig(demo=BULLETINS, seed=SEED)
    make, _ = oracle(0.0, None, SEED)
    store, done = run("bulletins", config, make, "truth")
    verified, rival = done.record["verify"], zero_label(store, done, config)
    figures = {name: verified[name] for name in FIGURES}
    figures |= {f"zero_label_{name}": rival[name] for name in FIGURES}
    figures["modes_confirmed"] = done.record["label"]["modes_confirmed"]
    emit({"benchmark": "bulletins", "figures": figures, "record": done.record}, given.json)


if __name__ == "__main__":
    main()
