"""What the benchmarks keep between runs: never of other code, other assets, or half of a file."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from benchmarks import rounds
from benchmarks.cifar_resnet import LABELS
from benchmarks.common import TEST_PICTURES, code_hash, write_whole
from faded.data.load import load_pictures
from faded.jobs.headless import Round
from faded.store.engine import Store


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FADED_BENCH_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def assets(folder: Path, seed: int) -> Path:
    """Write twenty pictures of noise where CIFAR's test pictures would be."""
    rng = np.random.default_rng(seed)
    images = []
    for _ in range(20):
        buffer = io.BytesIO()
        Image.fromarray(rng.integers(0, 255, (32, 32, 3), dtype=np.uint8)).save(buffer, format="PNG")
        images.append(buffer.getvalue())
    (folder / TEST_PICTURES).parent.mkdir(parents=True)
    pq.write_table(pa.table({"image": images, "label": [i % 10 for i in range(20)]}), folder / TEST_PICTURES)
    return folder


def test_a_hash_of_code_hangs_on_every_package_and_file_that_is_named(tmp_path: Path) -> None:
    file = tmp_path / "beside.py"
    file.write_text("one")
    found = [code_hash(names, str(file)) for names in ((), ("agents",), ("concepts",), ("agents", "concepts"))]
    file.write_text("two")
    assert len({*found, code_hash((), str(file))}) == 5


def test_a_file_that_could_not_be_written_whole_is_not_there(tmp_path: Path) -> None:
    def killed(part: Path) -> None:
        part.write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_whole(tmp_path / "result.json", killed)
    assert not (tmp_path / "result.json").exists()
    write_whole(tmp_path / "result.json", lambda part: part.write_text("whole"))
    assert (tmp_path / "result.json").read_text() == "whole"


def test_the_halves_are_those_of_the_assets_that_were_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def halves(folder: Path, _target: object) -> tuple[list, list]:
        samples = load_pictures(folder / TEST_PICTURES, LABELS, lambda image: np.asarray(image))
        return samples[:10], samples[10:]

    monkeypatch.setattr(rounds, "cifar_target", lambda: None)
    monkeypatch.setattr(rounds, "cifar_halves", halves)
    first, second = (rounds.cifar_campaign(assets(tmp_path / name, i), 0) for i, name in enumerate("ab"))
    assert first.data != second.data and first.verify_data != second.verify_data
    assert pq.read_table(first.data) != pq.read_table(second.data)
    assert pq.read_table(first.data).num_rows + pq.read_table(first.verify_data).num_rows == 20
    assert rounds.cifar_campaign(tmp_path / "a", 0) == first


def test_a_round_of_older_code_is_not_gone_on_with(monkeypatch: pytest.MonkeyPatch) -> None:
    places: list[Path] = []

    def run_round(store: Store, *_: object) -> Round:
        places.append(store.workspace)
        return Round("", 0, {})

    monkeypatch.setattr(rounds, "run_round", run_round)
    for code in ("old", "old", "new"):
        monkeypatch.setattr(rounds, "code", lambda code=code: code)
        rounds.run("cifar", rounds.signs_campaign(0), rounds.signs_annotator(), "truth")
    assert places[0] == places[1] != places[2]
