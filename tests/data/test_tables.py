import io
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import datasets
import numpy as np
import pytest
from PIL import Image

from faded.data import peek
from faded.data.load import _named, check_pictures_there, load_pictures
from faded.data.load_texts import load_texts
from faded.data.places import is_there
from faded.data.tables import AS_THEY_ARE, Reading, Table, read_table
from faded.domain import FadedError

LABELS = ("red", "green", "blue")


def fit(image: Image.Image) -> np.ndarray:
    return np.asarray(image.resize((8, 8)))


def coloured(channel: int, light: int) -> Image.Image:
    pixels = np.full((8, 8, 3), light, dtype=np.uint8)
    pixels[..., channel] += 100
    return Image.fromarray(pixels)


@pytest.fixture
def dataset_folder(tmp_path: Path) -> Path:
    """A dataset as it is saved for the hub, with two splits, columns of its own and class names of its own."""
    features = datasets.Features({"img": datasets.Image(), "fine": datasets.ClassLabel(names=["Rot", "green", "junk"])})
    folder = tmp_path / "dataset"
    (folder / "data").mkdir(parents=True)
    for split, light in (("train", 10), ("test", 40)):
        rows = {"img": [coloured(i % 3, light + i) for i in range(6)], "fine": [i % 3 for i in range(6)]}
        datasets.Dataset.from_dict(rows, features).to_parquet(folder / "data" / f"{split}-00000-of-00001.parquet")
    return folder


def test_a_dataset_folder_is_read_by_split_columns_and_meant_labels(dataset_folder: Path) -> None:
    reading = Reading({"image": "img", "label": "fine"}, {"Rot": "red", "junk": None})
    found = load_pictures(f"{dataset_folder}:test", LABELS, fit, reading=reading)
    assert [s.reference for s in found] == ["red", "green", "red", "green"]
    assert {int(s.payload.min()) for s in found} == {40, 41, 43, 44}
    sliced = load_pictures(f"{dataset_folder}:train[:2]", LABELS, fit, reading=reading)
    assert [s.reference for s in sliced] == ["red", "green"]


def test_what_is_wrong_with_a_dataset_is_said_with_what_there_is(dataset_folder: Path) -> None:
    with pytest.raises(FadedError, match=r"has several splits\. It has: .*train"):
        load_pictures(str(dataset_folder), LABELS, fit)
    with pytest.raises(FadedError, match=r"has no split 'validation'\. It has: .*test"):
        load_pictures(f"{dataset_folder}:validation", LABELS, fit)
    with pytest.raises(FadedError, match=r"lacks the column image, label\. It has: img, fine"):
        load_pictures(f"{dataset_folder}:test", LABELS, fit)
    named = {"image": "img", "label": "fine"}
    with pytest.raises(FadedError, match=r"'Rot' .*none of the target's 3 labels.*say in label_map what it means"):
        load_pictures(f"{dataset_folder}:test", LABELS, fit, reading=Reading(named, {}))
    with pytest.raises(FadedError, match=r"label_map says that 'Rot' means 'rd', which is none of the target's"):
        load_pictures(f"{dataset_folder}:test", LABELS, fit, reading=Reading(named, {"Rot": "rd"}))


def test_a_dataset_that_is_on_no_hub_is_refused_with_what_to_give() -> None:
    """The tests have no network, as a user may have none."""
    assert is_there("nobody/pictures:test")
    check_pictures_there("nobody/pictures/subset:test")
    with pytest.raises(FadedError, match=r"No dataset nobody/pictures could be read on the hub.*ORG/NAME:SPLIT"):
        load_pictures("nobody/pictures:test", LABELS, fit)
    for wrong in ("/nowhere/pictures", "./pictures", "a/b/c/d"):
        with pytest.raises(FadedError, match="no data at"):
            check_pictures_there(wrong)


@pytest.mark.parametrize("ending", [".jsonl", ".csv"])
def test_a_list_of_pictures_names_files_beside_it(ending: str, tmp_path: Path) -> None:
    rows = []
    for i in range(4):
        coloured(i % 2, i).save(tmp_path / f"{i}.png")
        rows.append({"file": f"{i}.png", "class": LABELS[i % 2]})
    text = "\n".join(json.dumps(row) for row in rows)
    if ending == ".csv":
        text = "file,class\n" + "\n".join(f"{row['file']},{row['class']}" for row in rows)
    (tmp_path / f"list{ending}").write_text(text)
    reading = Reading({"image": "file", "label": "class"}, {})
    found = load_pictures(tmp_path / f"list{ending}", LABELS, fit, reading=reading)
    assert [s.reference for s in found] == ["red", "green", "red", "green"]
    (tmp_path / "1.png").unlink()
    with pytest.raises(FadedError, match=r"1\.png of .* cannot be read"):
        load_pictures(tmp_path / f"list{ending}", LABELS, fit, reading=reading)


def test_positions_can_be_mapped_where_a_dataset_counts_otherwise(tmp_path: Path) -> None:
    buffers = []
    for i in range(2):
        buffer = io.BytesIO()
        coloured(i, i).save(buffer, format="PNG")
        buffers.append(buffer.getvalue())
    datasets.Dataset.from_dict({"image": buffers, "label": [0, 1]}).to_parquet(tmp_path / "data.parquet")
    found = load_pictures(tmp_path / "data.parquet", LABELS, fit, reading=Reading({}, {"0": "blue"}))
    assert [s.reference for s in found] == ["blue", "green"]


def test_articles_are_read_from_columns_of_any_name(tmp_path: Path) -> None:
    file = tmp_path / "news.jsonl"
    rows = [{"body": f"Text {i}.", "headline": f"Line {i}", "desk": f"d{i % 2}", "summary": "no"} for i in range(3)]
    file.write_text("\n".join(json.dumps(row) for row in rows))
    found = load_texts(file, reading=Reading({"article": "body", "reference": "headline", "stratum": "desk"}, {}))
    assert [(s.payload, s.reference, s.stratum) for s in found][1] == ("Text 1.", "Line 1", "d1")
    with pytest.raises(FadedError, match=r"has no column text_; one is needed. It has: body, headline, desk, summary"):
        load_texts(file, reading=Reading({"article": "text_"}, {}))
    with pytest.raises(FadedError, match=r"has no column desk_"):
        load_texts(file, reading=Reading({"article": "body", "reference": "headline", "stratum": "desk_"}, {}))


def test_a_first_look_counts_all_and_keeps_no_more_than_it_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, number in (("red", 1), ("green", 30), ("7", 2)):
        (tmp_path / name).mkdir()
        for i in range(number):
            (tmp_path / name / f"{i}.png").touch()
    found = peek.peek_pictures(str(tmp_path), True, AS_THEY_ARE)
    assert found.rows == 33 and found.labels == {"red": 1, "green": 30, "7": 2}
    assert len(found.first) == peek.SHOWN and {str(row[2]) for row in found.first} == set(found.labels)
    assert peek.unknown_labels({**found.labels, 2: 4, 3: 5}, {"x": None}, LABELS) == ["7", "3"]

    class Many(list[Any]):
        def __len__(self) -> int:
            return 10**6

        def __iter__(self) -> Any:
            yield from ({"article": f"Text {i}."} for i in range(peek.LOOKED_AT))
            raise AssertionError("more is read than is shown")

    monkeypatch.setattr(peek, "read_table", lambda *_: Table(["article"], Many(), None, None))
    found = peek.peek_texts("org/news:train", False, AS_THEY_ARE)
    assert (found.rows, found.texts[7]) == (10**6, ("Text 7.", ""))


def test_a_dataset_on_the_hub_names_no_file_of_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    beside = Table([], (), None, tmp_path)
    assert _named(beside, "list.csv", "one.png") == tmp_path / "one.png"
    fetched = Table([], (), None, None)
    with pytest.raises(FadedError, match=r"org/data names the file .*one\.png, which did not come with it"):
        _named(fetched, "org/data", str(tmp_path / "one.png"))
    cached = Path(str(datasets.config.DOWNLOADED_DATASETS_PATH)) / "one.png"
    assert _named(fetched, "org/data", str(cached)) == cached.resolve()
    card = SimpleNamespace(config=SimpleNamespace(data_files={"train": ["hf://datasets/org/data/a.csv", "/etc/b.csv"]}))
    monkeypatch.setattr(datasets, "load_dataset_builder", lambda *_: card)
    with pytest.raises(FadedError, match=r"org/data names the file /etc/b\.csv, which is not on the hub"):
        read_table("org/data:train", "picture", "image")
