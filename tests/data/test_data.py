from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from faded.data.load import load_pictures
from faded.data.splits import samples_hash, split_given, split_one
from faded.domain import FadedError, Sample

LABELS = ("red", "green", "blue")


def fit(image: Image.Image) -> np.ndarray:
    return np.asarray(image.resize((16, 16)))


def parquet(folder: Path, labels: list[object]) -> Path:
    rng = np.random.default_rng(1)
    data = []
    for i in range(len(labels)):
        file = folder / f"{i}.png"
        Image.fromarray(rng.integers(0, 256, (16, 16, 3), dtype=np.uint8)).save(file)
        data.append(file.read_bytes())
    pq.write_table(pa.table({"image": data, "label": labels}), folder / "data.parquet")
    return folder / "data.parquet"


def test_a_folder_is_read_with_its_class_names(picture_folder: Path) -> None:
    samples = load_pictures(picture_folder, LABELS, fit)
    assert len(samples) == 36
    assert {s.reference for s in samples} == set(LABELS)
    assert all(s.payload.shape == (16, 16, 3) and s.stratum == s.reference for s in samples)


def draw(file: Path, seed: int) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.random.default_rng(seed).integers(0, 256, (16, 16, 3), dtype=np.uint8)).save(file)


def test_names_that_look_like_splits_lose_no_picture(tmp_path: Path) -> None:
    names = [f"{word}_{i}.png" for word in ("train", "test", "val", "other") for i in range(3)] + ["[1]*.PNG", "x.jpg"]
    for seed, (label, name) in enumerate((label, name) for label in ("red", "green") for name in names):
        draw(tmp_path / "pictures" / label / name, seed)
    samples = load_pictures(tmp_path / "pictures", LABELS, fit)
    assert [s.reference for s in samples] == ["green"] * len(names) + ["red"] * len(names)


def test_classes_and_folders_may_be_called_like_splits(tmp_path: Path) -> None:
    labels = ("train", "test", "pregnancy test")
    for seed, label in enumerate(labels):
        draw(tmp_path / "data" / label / "a.png", seed)
    assert {s.reference for s in load_pictures(tmp_path / "data", labels, fit)} == set(labels)
    for seed, label in enumerate(LABELS):
        draw(tmp_path / "both" / "train" / label / "a.png", seed)
        draw(tmp_path / "both" / "test" / label / "a.png", 10 + seed)
    assert len(load_pictures(tmp_path / "both", LABELS, fit)) == 6


def test_what_is_no_picture_of_a_class_is_left_out(picture_folder: Path) -> None:
    for name in ("metadata.csv", "red/notes.txt", "red/._0.png", ".cache/x.png"):
        (picture_folder / name).parent.mkdir(exist_ok=True)
        (picture_folder / name).write_text("file_name,label")
    assert len(load_pictures(picture_folder, LABELS, fit)) == 36


def test_a_link_leads_nowhere_out_of_the_folder(picture_folder: Path, tmp_path: Path) -> None:
    (picture_folder / ".kept").mkdir()
    (picture_folder / "red").rename(picture_folder / ".kept" / "all")
    (picture_folder / "red").symlink_to(picture_folder / ".kept" / "all")
    assert len(load_pictures(picture_folder, LABELS, fit)) == 36, "within it, it may be one"
    (picture_folder / ".kept" / "all").rename(tmp_path / "elsewhere")
    (picture_folder / "red").unlink()
    (picture_folder / "red").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FadedError, match=r"The link red leads out of .*elsewhere: copy what is there"):
        load_pictures(picture_folder, LABELS, fit)


def test_folders_that_lead_into_each_other_are_walked_once(picture_folder: Path) -> None:
    for name in ("red/up", "green/up", "green/over"):
        (picture_folder / name).symlink_to(picture_folder)
    assert len(load_pictures(picture_folder, LABELS, fit)) == 36


def test_the_same_picture_under_two_labels_is_refused_in_words(picture_folder: Path, tmp_path: Path) -> None:
    (picture_folder / "red" / "copy.png").write_bytes((picture_folder / "green" / "3.png").read_bytes())
    with pytest.raises(FadedError, match=r"'green' \(green/3\.png\) and 'red' \(red/copy\.png\)"):
        load_pictures(picture_folder, LABELS, fit)
    file = parquet(tmp_path, [0, 1])
    table = pq.read_table(file)
    pq.write_table(pa.table({"image": [table["image"][0]] * 2, "label": [0, 1]}), file)
    with pytest.raises(FadedError, match=r"'red' \(row 0\) and 'green' \(row 1\)"):
        load_pictures(file, LABELS, fit)


def test_parquet_labels_may_be_positions_or_names(tmp_path: Path) -> None:
    assert [s.reference for s in load_pictures(parquet(tmp_path, [0, 2, 1]), LABELS, fit)] == ["red", "blue", "green"]
    (tmp_path / "names").mkdir()
    assert [s.reference for s in load_pictures(parquet(tmp_path / "names", ["blue", "red"]), LABELS, fit)] == [
        "blue",
        "red",
    ]


def test_a_parquet_file_may_have_any_name(tmp_path: Path) -> None:
    file = parquet(tmp_path, [0, 1]).rename(tmp_path / "test [1]*.parquet")
    assert len(load_pictures(file, LABELS, fit)) == 2


def test_the_same_picture_counts_once(picture_folder: Path) -> None:
    (picture_folder / "red" / "copy.png").write_bytes((picture_folder / "red" / "0.png").read_bytes())
    assert len(load_pictures(picture_folder, LABELS, fit)) == 36


def test_bad_data_is_refused_in_words(picture_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(FadedError, match="no data at"):
        load_pictures(tmp_path / "nowhere", LABELS, fit)
    with pytest.raises(FadedError, match=r"'green'.*none of the target's"):
        load_pictures(picture_folder, ("red", "blue"), fit)
    (picture_folder / "red" / "bad.png").write_bytes(b"no picture at all")
    with pytest.raises(FadedError, match=r"bad\.png.*cannot be read"):
        load_pictures(picture_folder, LABELS, fit)
    (tmp_path / "empty").mkdir()
    with pytest.raises(FadedError, match="empty"):
        load_pictures(tmp_path / "empty", LABELS, fit)
    with pytest.raises(FadedError, match="one class"):
        load_pictures(parquet(tmp_path, [0, 0]), LABELS, fit)
    with pytest.raises(FadedError, match="7"):
        load_pictures(parquet(tmp_path, [0, 7]), LABELS, fit)
    pq.write_table(pa.table({"picture": [1]}), tmp_path / "columns.parquet")
    with pytest.raises(FadedError, match="lacks the column"):
        load_pictures(tmp_path / "columns.parquet", LABELS, fit)
    (tmp_path / "text.parquet").write_text("hello")
    with pytest.raises(FadedError, match="cannot be read"):
        load_pictures(tmp_path / "text.parquet", LABELS, fit)


@pytest.mark.parametrize(
    ("column", "word"),
    [
        (pa.array([b"", None]), "row 0 of .* cannot be read"),
        (pa.array([None, b""]), "no picture in row 0"),
        (pa.array([{"bytes": None, "path": None}] * 2), "no picture in row 0"),
        (pa.array([None, None]), "no picture in row 0"),
        (pa.array([1, 2]), "holds no pictures but .*int64"),
        (pa.array([0.5, 2.0]), "holds no pictures but .*float64"),
        (pa.array(["gone.png", "x.png"]), "gone.png of .* cannot be read"),
        (pa.array([{"a": 1}, {"a": 2}]), "no picture in row 0"),
    ],
)
def test_a_column_without_pictures_is_refused_in_words(column: pa.Array, word: str, tmp_path: Path) -> None:
    pq.write_table(pa.table({"image": column, "label": [0, 1]}), tmp_path / "data.parquet")
    with pytest.raises(FadedError, match=word):
        load_pictures(tmp_path / "data.parquet", LABELS, fit)


@pytest.mark.parametrize("labels", [[None, 0], [0.5, 1.0], [[0], [1]]])
def test_labels_that_are_none_are_refused_in_words(labels: list[object], tmp_path: Path) -> None:
    with pytest.raises(FadedError, match="none of the target's 3 labels"):
        load_pictures(parquet(tmp_path, labels), LABELS, fit)


def test_without_labels_none_are_read_or_needed(picture_folder: Path, tmp_path: Path) -> None:
    found = load_pictures(picture_folder, ("other",), fit, labelled=False)
    assert len(found) == 36
    assert {(s.reference, s.clean_answer, s.expected) for s in found} == {(None, None, None)}
    flat = picture_folder / "red"
    assert len(load_pictures(flat, LABELS, fit, labelled=False)) == 12
    table = pq.read_table(parquet(tmp_path, [0, 99]))
    pq.write_table(table, tmp_path / "wrong_labels.parquet")
    pq.write_table(table.drop_columns("label"), tmp_path / "no_labels.parquet")
    for name in ("wrong_labels", "no_labels"):
        assert len(load_pictures(tmp_path / f"{name}.parquet", LABELS, fit, labelled=False)) == 2


def test_data_without_labels_are_refused_with_the_flag_that_allows_them(picture_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(FadedError, match=r"no folder of pictures per class.*--no-labels"):
        load_pictures(picture_folder / "red", LABELS, fit)
    table = pq.read_table(parquet(tmp_path, [0, 1])).drop_columns("label")
    pq.write_table(table, tmp_path / "no_labels.parquet")
    with pytest.raises(FadedError, match=r"lacks the column label.*--no-labels"):
        load_pictures(tmp_path / "no_labels.parquet", LABELS, fit)


def test_bad_data_without_labels_are_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(FadedError, match="empty"):
        load_pictures(tmp_path / "empty", LABELS, fit, labelled=False)
    pq.write_table(pa.table({"picture": [1]}), tmp_path / "columns.parquet")
    with pytest.raises(FadedError, match="lacks the column image"):
        load_pictures(tmp_path / "columns.parquet", LABELS, fit, labelled=False)


def samples(start: int, count: int) -> list[Sample[int]]:
    return [Sample(f"{i:016x}", i, "a", "a") for i in range(start, start + count)]


def test_splits_are_disjoint_and_stable() -> None:
    splits = split_one(samples(0, 1000), 3)
    sides = [splits.explore, splits.tune, *splits.verify]
    ids = [s.id for side in sides for s in side]
    assert len(ids) == len(set(ids)) == 1000
    assert 340 < len(splits.explore) < 460
    more = split_one(samples(0, 2000), 3)
    assert {s.id for s in splits.tune} <= {s.id for s in more.tune}
    reversed_sides = split_one(samples(0, 1000)[::-1], 3)
    assert [samples_hash(s) for s in sides] == [
        samples_hash(s) for s in (reversed_sides.explore, reversed_sides.tune, *reversed_sides.verify)
    ]
    assert len({samples_hash(s) for s in sides}) == 5


def test_what_is_verified_on_is_taken_from_everywhere_else() -> None:
    splits = split_given(samples(0, 100), samples(50, 100), samples(90, 100), 1)
    assert len(splits.verify[0]) == 100
    assert len(splits.tune) == 40
    assert len(splits.explore) == 50


def test_too_little_data_is_refused_in_words() -> None:
    with pytest.raises(FadedError, match="verify fold"):
        split_one(samples(0, 4), 3)
    with pytest.raises(
        FadedError, match=r"verify fold 1 0.*\. Give more data, or fewer folds than 3 with --verify-folds"
    ):
        split_given(samples(0, 9), samples(9, 9), [], 3)
    with pytest.raises(FadedError, match=r"\. Raise sets\.$"):
        split_given(samples(0, 9), samples(9, 9), [], 1, "Raise sets")
