from pathlib import Path

import numpy as np
import pytest
import torch

from faded.domain import FadedError
from faded.jobs import checkpoints


def test_a_state_comes_back_as_it_was(tmp_path: Path) -> None:
    state = {"weights": torch.rand(2, 3), "counts": np.arange(4), "step": 7, "names": ["a", "b"]}
    read = checkpoints.read(tmp_path, checkpoints.write(tmp_path, 1, 1, 2, state))
    assert torch.equal(read["weights"], state["weights"])
    assert np.array_equal(read["counts"], state["counts"])
    assert (read["step"], read["names"]) == (7, ["a", "b"])


def test_a_checkpoint_that_cannot_be_written_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FadedError, match="cannot be written"):
        checkpoints.write(tmp_path / "file", 1, 1, 1, {"step": 1})
    (tmp_path / checkpoints.FOLDER / "1-1-1.safetensors").mkdir(parents=True)
    with pytest.raises(FadedError, match="cannot be written"):
        checkpoints.write(tmp_path, 1, 1, 1, {"step": 1})
