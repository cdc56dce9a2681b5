"""The round on real pictures: `python -m benchmarks.cifar --json -`.

A pretrained ResNet-20 on CIFAR-10 at the wider levels. The annotator draws one label per item from what about fifty
people called the picture (CIFAR-10H) and rejects if it is the target's answer.
"""

from __future__ import annotations

from benchmarks.common import arguments, emit
from benchmarks.rounds import cifar_campaign, human_labels, run

SEED = 0


def main() -> None:
    """Run the round and print its figures and its record."""
    given = arguments(__doc__ or "")
    _, done = run("cifar", cifar_campaign(given.assets, SEED), human_labels(given.assets), "CIFAR-10H")
    record = done.record
    figures = {
        "clean_before": record["verify"].get("clean_before"),
        "relative_drop": record["verify"].get("relative_drop"),
        "modes_confirmed": record["label"]["modes_confirmed"],
        "negative_flip_rate": record["verify"].get("negative_flip_rate"),
    }
    emit({"benchmark": "cifar", "figures": figures, "record": record}, given.json)


if __name__ == "__main__":
    main()
