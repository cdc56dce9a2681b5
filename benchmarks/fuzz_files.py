"""Data and campaigns that are read from files: pictures, tables, prompts, campaigns."""

from __future__ import annotations

import csv
import io
import json
import random
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from PIL import Image

from benchmarks.fuzz_bytes import exchanged, generator, mutated, wrong_json
from faded.campaign_file import read_campaign, write_campaign
from faded.data.load import Picture, load_pictures
from faded.data.load_texts import load_texts
from faded.data.peek import peek_pictures, peek_texts
from faded.data.prompts import load_prompts
from faded.data.tables import Reading

Attempt = Callable[[str, Callable[[], object]], None]
"""Tries one input of a kind."""

LABELS = ("red", "green", "blue")
AS_THEY_ARE = Reading({}, {})
SIZE = (16, 16)


def encoded(form: str, seed: int = 0, frames: int = 1) -> bytes:
    """Return a picture of noise as a file's bytes."""
    rng = np.random.default_rng(seed)
    pictures = [Image.fromarray(rng.integers(0, 255, (20, 24, 3), dtype=np.uint8)) for _ in range(frames)]
    out = io.BytesIO()
    more: dict[str, Any] = {"save_all": True, "append_images": pictures[1:]} if frames > 1 else {}
    pictures[0].save(out, form, **more)
    return out.getvalue()


def fit(image: Image.Image) -> Picture:
    """Bring a picture to the size of a target."""
    return np.asarray(image.resize(SIZE), dtype=np.uint8)


def pictures(work: Path, seed: int, count: int, attempt: Attempt) -> None:
    """Folders of pictures of which one is wrong."""
    forms = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "PPM", "ICO", "TGA")
    valid = {form: encoded(form, number) for number, form in enumerate(forms)} | {"GIF-2": encoded("GIF", 9, 3)}
    for number, name in enumerate(LABELS[:2]):
        (work / "pictures" / name).mkdir(parents=True)
        (work / "pictures" / name / "whole.png").write_bytes(encoded("PNG", 20 + number))
    for i in range(count):
        rng = generator(seed, i)
        form = rng.choice(list(valid))
        ending = form[:3].lower() if rng.random() < 0.9 else rng.choice(("png", "jpg", "svg", "psd", "eps", "pdf"))
        file = work / "pictures" / LABELS[0] / f"wrong.{ending}"
        file.write_bytes(mutated(valid[form], rng, valid[rng.choice(list(valid))]))
        attempt(f"picture {form}", lambda: load_pictures(work / "pictures", LABELS, fit))
        file.unlink()


def _articles() -> list[dict[str, Any]]:
    return [
        {"article": f'The {n} river rose, and "all" was wet; twice.', "reference": f"River {n}.", "stratum": "news"}
        for n in range(4)
    ]


def table(rows: list[dict[str, Any]], ending: str) -> bytes:
    """Return rows as a file of that ending."""
    if ending == "csv":
        text = io.StringIO()
        writer = csv.DictWriter(text, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
        return text.getvalue().encode()
    if ending == "parquet":
        import pyarrow as pa
        import pyarrow.parquet as pq

        out = io.BytesIO()
        pq.write_table(pa.Table.from_pylist(rows), out)
        return out.getvalue()
    if ending == "json":
        return json.dumps(rows).encode()
    return "".join(f"{json.dumps(row)}\n" for row in rows).encode()


def tables(work: Path, seed: int, count: int, attempt: Attempt) -> None:
    """Tables of articles and of pictures."""
    seen = [{"image": encoded("PNG", n), "label": LABELS[n % 3]} for n in range(4)]
    named = [{"image": f"{name}.png", "label": name} for name in LABELS]
    for number, name in enumerate(LABELS):
        (work / f"{name}.png").write_bytes(encoded("PNG", number))
    endings = ("csv", "jsonl", "json", "parquet")
    valid: dict[tuple[str, str], bytes] = {("texts", e): table(_articles(), e) for e in endings}
    valid |= {("pictures", e): table(named, e) for e in endings} | {("pictures", "parquet"): table(seen, "parquet")}
    for i in range(count):
        rng = generator(seed, i)
        kind, ending = rng.choice(list(valid))
        file = work / f"table-{i}.{ending}"
        if ending.startswith("json") and rng.random() < 0.5:
            rows = exchanged(_articles() if kind == "texts" else named, rng)
            data = table(rows, ending) if isinstance(rows, list) else json.dumps(rows).encode()
        else:
            data = mutated(valid[kind, ending], rng, valid[rng.choice(list(valid))])
        file.write_bytes(data)
        peeks, labelled = rng.random() < 0.3, rng.random() < 0.8
        attempt(f"table of {kind}, {ending}", _reads(str(file), kind, peeks, labelled))
        file.unlink()
        shutil.rmtree(work.parent / "cache", ignore_errors=True)


def _reads(place: str, kind: str, peeks: bool, labelled: bool) -> Callable[[], object]:
    if kind == "texts":
        return lambda: (peek_texts if peeks else load_texts)(place, labelled, AS_THEY_ARE)
    if peeks:
        return lambda: peek_pictures(place, labelled, AS_THEY_ARE)
    return lambda: load_pictures(place, LABELS, fit, labelled)


PROMPTS = """wordings:
  people: ["a {job}", "a picture of a {job}"]
  things: "a {job} with a lamp"
sets: 3
pictures: 4
guidance: 2
open:
  attribute: hair
  shares: {short: 0.25, long: 0.75}
  words: {short: with short hair, long: with long hair}
phrases:
  hair: {short: a person with short hair, long: a person with long hair}
"""


def _prompts(file: Path) -> None:
    load_prompts(file).samples(0)


def prompts(work: Path, seed: int, count: int, attempt: Attempt) -> None:
    """Files of prompts."""
    for i in range(count):
        rng, file = generator(seed, i), work / "prompts.yaml"
        file.write_bytes(_wrong_yaml(PROMPTS, rng))
        attempt("prompts", partial(_prompts, file))


CAMPAIGN = """faded: 1
name: signs
task: image
target: owner/model
data: pictures
columns: {image: img, label: fine}
label_map: {cat: dog, cow: null}
concepts:
- {name: rotation, levels: [-30, 0, 30]}
- {name: darkening, kind: ordinal, levels: [0, 0.5], neutral: 0}
discrepancy: misclassification
threshold: 0.5
bound: 0.4
queries: 2000
agent: greedy
seed: 3
verify_folds: 2
labelled: true
"""


def campaigns(work: Path, seed: int, count: int, attempt: Attempt) -> None:
    """Campaigns' files; what is read is written and read again."""

    def both(file: Path) -> None:
        text = write_campaign(read_campaign(file))
        file.write_text(text, encoding="utf-8")
        read_campaign(file)

    (work / "pictures").mkdir()
    for i in range(count):
        rng, file = generator(seed, i), work / "campaign.yaml"
        file.write_bytes(_wrong_yaml(CAMPAIGN, rng))
        attempt("campaign", partial(both, file))


def _wrong_yaml(text: str, rng: random.Random) -> bytes:
    """Return YAML with odd values (JSON is YAML too), or with wrong bytes."""
    return wrong_json(yaml.safe_load(text), rng) if rng.random() < 0.5 else mutated(text.encode(), rng)
