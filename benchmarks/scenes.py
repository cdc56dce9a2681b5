"""What 100 verdicts repair of a model that draws: `python -m benchmarks.scenes --json -`.

The demo's round as `python -m faded run --demo scenes --oracle --labels 100 --seed 0` runs it, with what no failure
shows beside it: whether pictures show what is asked in full, and how various they are.
"""

from __future__ import annotations

from benchmarks.common import arguments, emit
from benchmarks.rounds import run
from faded.config import CampaignConfig
from faded.jobs.oracles import oracle
from faded.tasks import DRAWING_QUERIES, SCENES

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
    """Run the round and print its figures."""
    given = arguments(__doc__ or "")
    make, _ = oracle(0.0, None, SEED)
    _, done = run("scenes", CampaignConfig(demo=SCENES, seed=SEED, queries=DRAWING_QUERIES), make, "truth")
    verified = done.record["verify"]
    figures = {name: verified[name] for name in FIGURES}
    for figure in verified["beside"] or ():  # none where nothing was repaired
        figures |= {f"{figure['name']}_{when}": figure[when] for when in ("before", "after")}
    figures["modes_confirmed"] = done.record["label"]["modes_confirmed"]
    emit({"benchmark": "scenes", "figures": figures, "record": done.record}, given.json)


if __name__ == "__main__":
    main()
