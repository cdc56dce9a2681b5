import hashlib

import pytest

from faded.domain import FadedError
from faded.store import blobs


def test_content_comes_back_under_its_hash(store):
    digest = blobs.put(store.workspace, b"a picture")
    assert digest == hashlib.sha256(b"a picture").hexdigest() == blobs.put(store.workspace, b"a picture")
    assert blobs.get(store.workspace, digest) == b"a picture"
    files = [p for p in (store.workspace / "blobs").rglob("*") if p.is_file()]
    assert files == [blobs.path(store.workspace, digest)]


@pytest.mark.parametrize(
    "digest", ["0" * 64, "", "../faded.db", "/etc/passwd", "A" * 64, "0" * 63 + "\n", "0" * 64 + "\n"]
)
def test_unknown_and_malformed_hashes_are_refused(store, digest):
    with pytest.raises(FadedError):
        blobs.get(store.workspace, digest)


def test_a_blob_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "blobs").write_text("a file where a folder should be")
    with pytest.raises(FadedError, match="cannot be written"):
        blobs.put(tmp_path, b"a picture")


def test_many_are_kept_at_once_each_once(tmp_path):
    first = blobs.put(tmp_path, b"first")
    items = [b"second", b"first", b"third", b"second"]
    digests = blobs.put_many(tmp_path, items)
    assert digests[1] == first
    assert digests[0] == digests[3]
    assert [blobs.get(tmp_path, digest) for digest in digests] == items
    assert sum(path.is_file() for path in (tmp_path / "blobs").rglob("*")) == 3
    assert blobs.put_many(tmp_path, []) == []
