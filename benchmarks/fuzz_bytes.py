"""Valid files made wrong: bytes that are flipped, cut, repeated or moved, and values of JSON that are exchanged.

Every change hangs on the generator that is handed in alone.
"""

from __future__ import annotations

import copy
import json
import random
import struct
from collections.abc import Callable
from typing import Any

LENGTHS = (0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF)
"""What a field that holds a length is overwritten with."""
TOKENS = (
    *(b"{", b"}", b"[" * 200, b"{'a':" * 60, b'"', b"\x00", b"\n", b"\xed\xa0\x80", b"\xff\xfe", b"NaN", b"1e999"),
    *(b"-1", b"9" * 40, b"null", b"true", b"!!python/object/apply:os.system [id]", b"&a [*a, *a]", b"? {", b": ["),
    *(b"../../../etc/passwd", b"<script>alert(1)</script>", b"%s%n", b",", b'"""', b"\xef\xbb\xbf"),
)
"""What is put into files, whatever kind they are."""
ODD: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 2**31, 2**63, 10**30, -(10**30), 0.5, float("nan"), float("inf"), 1e308),
    *("", " ", "x", "x" * 5000, "\ud800", "\x00", "../../x", "<img src=x onerror=alert(1)>", "٣", "=1+1", "NaN"),
    *([], {}, [[]], [None], [1, "a"], {"": 1}, {"a": {"a": {}}}, [[[[[[[[]]]]]]]]),
)
"""Values that JSON can hold and nobody expects."""


def mutated(data: bytes, rng: random.Random, other: bytes = b"") -> bytes:
    """Return a file's bytes with one to four changes; `other` is a file that pieces may come from."""
    for _ in range(rng.randint(1, 4)):
        data = rng.choice(CHANGES)(data, rng, other or data)
    return data


def _place(data: bytes, rng: random.Random) -> int:
    """Return a place in a file; every second one is near its beginning, where heads are."""
    return rng.randrange(len(data) + 1) if rng.random() < 0.5 else rng.randrange(min(len(data), 96) + 1)


def _flip(data: bytes, rng: random.Random, _other: bytes) -> bytes:
    if not data:
        return data
    at = min(_place(data, rng), len(data) - 1)
    return data[:at] + bytes([data[at] ^ (1 << rng.randrange(8))]) + data[at + 1 :]


def _cut(data: bytes, rng: random.Random, _other: bytes) -> bytes:
    return data[: rng.randrange(len(data) + 1)]


def _remove(data: bytes, rng: random.Random, _other: bytes) -> bytes:
    at = _place(data, rng)
    return data[:at] + data[at + rng.randint(1, 40) :]


def _splice(data: bytes, rng: random.Random, other: bytes) -> bytes:
    begin, at = _place(other, rng), _place(data, rng)
    return data[:at] + other[begin : begin + rng.randint(1, 200)] + data[at + rng.choice((0, rng.randint(0, 200))) :]


def _insert(data: bytes, rng: random.Random, _other: bytes) -> bytes:
    at = _place(data, rng)
    return data[:at] + rng.choice(TOKENS) * rng.choice((1, 1, 1, 50)) + data[at:]


def _length(data: bytes, rng: random.Random, _other: bytes) -> bytes:
    at, form = _place(data, rng), rng.choice(("<H", ">H", "<I", ">I", "<Q", ">Q"))
    size = struct.calcsize(form)
    return data[:at] + struct.pack(form, rng.choice(LENGTHS) % (1 << (8 * size))) + data[at + size :]


CHANGES: tuple[Callable[[bytes, random.Random, bytes], bytes], ...] = (_flip, _cut, _remove, _splice, _insert, _length)


def exchanged(values: Any, rng: random.Random) -> Any:
    """Return JSON values with one to three of them exchanged for odd ones, left out, or put where others were."""
    values = copy.deepcopy(values)
    for _ in range(rng.randint(1, 3)):
        places = list(_places(values))
        if not places:
            return rng.choice(ODD)
        holder, key = rng.choice(places)
        if rng.random() < 0.2:
            del holder[key]
        elif rng.random() < 0.2:
            other, name = rng.choice(places)
            holder[key] = copy.deepcopy(other[name])
        else:
            holder[key] = copy.deepcopy(rng.choice(ODD))
    return values


def wrong_json(values: Any, rng: random.Random) -> bytes:
    """Return JSON text that says something odd, or is none."""
    if rng.random() < 0.7:
        return json.dumps(exchanged(values, rng)).encode()
    return mutated(json.dumps(values).encode(), rng)


def _places(values: Any) -> Any:
    """Yield every place in JSON values, as what holds it and its key."""
    if isinstance(values, dict | list):
        for key in list(values) if isinstance(values, dict) else range(len(values)):
            yield values, key
            yield from _places(values[key])


def generator(seed: int, number: int) -> random.Random:
    """Return what an input's changes hang on."""
    return random.Random(f"{seed} {number}")  # noqa: S311 - chance, no secret
