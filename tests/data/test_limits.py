"""Data that somebody else put together: what would fill the memory, leads elsewhere, or is no data at all."""

from __future__ import annotations

import io
import json
import struct
import zlib
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from faded.data import limits
from faded.data.load import decode, load_pictures
from faded.data.load_texts import load_texts
from faded.domain import FadedError

LABELS = ("red", "green", "blue")


def fit(image: Image.Image) -> np.ndarray:
    return np.asarray(image.resize((8, 8)))


def enormous(form: str) -> bytes:
    """A small file that says it is a picture of 30,000 x 30,000 pixels."""
    side = 30_000
    if form == "PNG":

        def chunk(kind: bytes, data: bytes) -> bytes:
            return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

        head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0))
        return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(10**6))) + chunk(b"IEND", b"")
    out = io.BytesIO()
    Image.new("RGB", (16, 16)).save(out, form)
    data = bytearray(out.getvalue())
    if form == "GIF":
        data[6:10] = struct.pack("<HH", side, side)
    elif form == "JPEG":
        at = data.index(b"\xff\xc0") + 5
        data[at : at + 4] = struct.pack(">HH", side, side)
    else:
        data[18:26] = struct.pack("<ii", side, side)
    return bytes(data)


@pytest.mark.parametrize("form", ["PNG", "GIF", "JPEG", "BMP"])
def test_a_picture_that_would_fill_the_memory_is_refused_before_it_is_decoded(form: str) -> None:
    data = enormous(form)
    assert len(data) < 10_000
    with pytest.raises(FadedError, match=r"30,000 x 30,000 pixels|could be decompression bomb"):
        decode(io.BytesIO(data), "bomb", fit)
    with pytest.raises(FadedError, match="at most 100,000,000"):
        limits.check_size((30_000, 30_000), "bomb")


@pytest.mark.parametrize(
    "data",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<!doctype html><script>alert(1)</script>",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\n%%EOF\n",
        b"GIF89a/*<script>alert(1)</script>*/",
    ],
)
def test_what_is_called_a_picture_and_is_a_program_is_refused(data: bytes, picture_folder: Path) -> None:
    (picture_folder / "red" / "0.png").write_bytes(data)
    with pytest.raises(FadedError, match=r"red/0\.png .* cannot be read"):
        load_pictures(picture_folder, LABELS, fit)


def test_of_a_picture_that_is_a_page_too_only_the_pixels_are_taken() -> None:
    out = io.BytesIO()
    Image.new("RGB", (16, 16), "red").save(out, "GIF")
    both = out.getvalue() + b"<script>alert(1)</script>"
    assert decode(io.BytesIO(both), "both", fit).shape == (8, 8, 3)


@pytest.mark.parametrize("path", ["../secret.png", "red/../../secret.png"])
def test_a_table_names_no_file_outside_of_its_folder(path: str, tmp_path: Path) -> None:
    Image.new("RGB", (8, 8)).save(tmp_path / "secret.png")
    (tmp_path / "data" / "red").mkdir(parents=True)
    table = tmp_path / "data" / "table.csv"
    for named in (path, str(tmp_path / "secret.png")):
        table.write_text(f"image,label\n{named},red\n")
        with pytest.raises(FadedError, match="leads out of"):
            load_pictures(table, LABELS, fit)
    (tmp_path / "data" / "link.png").symlink_to(tmp_path / "secret.png")
    table.write_text("image,label\nlink.png,red\n")
    with pytest.raises(FadedError, match="leads out of"):
        load_pictures(table, LABELS, fit)


DEEP = '{"article": ' + "[" * 40 + "]" * 40 + ', "reference": "b"}'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[Infinity, {"article": "a", "reference": "b"}]', "Infinity is no number"),
        ('{"article": "a", "reference": 1e999}\n', "too large"),
        (DEEP, "more than 32 lists within each other"),
        ("[" * 5000, "is no JSON"),
        ('{"article": "a", "reference": "b"}\n[1]\n', "Line 2 .* is no JSON object but list"),
        ('["a", "b"]', "Row 1 .* is no JSON object but str"),
    ],
)
@pytest.mark.parametrize("ending", ["json", "jsonl"])
def test_json_that_brings_readers_down_is_refused(text: str, said: str, ending: str, tmp_path: Path) -> None:
    file = tmp_path / f"articles.{ending}"
    file.write_text(text)
    with pytest.raises(FadedError, match=said):
        load_texts(file)


def test_a_row_without_end_is_not_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "LONGEST_ROW", 1000)
    file = tmp_path / "articles.jsonl"
    file.write_text(json.dumps({"article": "x" * 2000, "reference": "b"}))
    with pytest.raises(FadedError, match="longer than 1,000 bytes"):
        load_texts(file)
    monkeypatch.setattr(limits, "MOST_JSON", 1000)
    (tmp_path / "list.json").write_text(json.dumps([{"article": "x" * 2000, "reference": "b"}]))
    with pytest.raises(FadedError, match="one list of more than 1,000 bytes"):
        load_texts(tmp_path / "list.json")


def test_an_article_that_is_far_too_long_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "articles.jsonl"
    file.write_text(json.dumps({"article": "word " * 210_000, "reference": "b"}))
    with pytest.raises(FadedError, match=r"article of row 1 .* has 1,050,000 characters"):
        load_texts(file)


def test_a_table_that_would_become_enormous_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "articles.parquet"
    same = pa.DictionaryArray.from_arrays(pa.array(np.zeros(3_000_000, dtype=np.int32)), pa.array(["x"]))
    pq.write_table(pa.table({"article": same, "reference": same}), file)
    assert file.stat().st_size < 20_000
    monkeypatch.setattr(limits, "EXPANSION", 100)
    monkeypatch.setattr(limits, "SMALL", 1 << 20)
    with pytest.raises(FadedError, match="in 3,000,000 rows: give it in parts"):
        load_texts(file)


def test_a_label_without_end_is_not_repeated_whole(tmp_path: Path) -> None:
    Image.new("RGB", (8, 8)).save(tmp_path / "a.png")
    (tmp_path / "table.jsonl").write_text(json.dumps({"image": "a.png", "label": "x" * 1_000_000}))
    with pytest.raises(FadedError) as told:
        load_pictures(tmp_path / "table.jsonl", LABELS, fit)
    assert len(str(told.value)) < 3000


def test_a_name_that_is_no_path_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FadedError, match=r"embedded null byte\): mend its name"):
        limits.check_inside(tmp_path / "a\x00.png", tmp_path, "The file")


def test_a_text_in_parquet_that_is_none_is_refused(tmp_path: Path) -> None:
    raw = pa.array([b"caf\xff"], pa.binary())
    text = pa.Array.from_buffers(pa.string(), 1, raw.buffers())
    pq.write_table(pa.table({"article": text, "reference": pa.array(["b"])}), tmp_path / "a.parquet")
    with pytest.raises(FadedError, match="not in UTF-8"):
        load_texts(tmp_path / "a.parquet")
