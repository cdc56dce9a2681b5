"""Where a repaired target is, in words that hold for what was written."""

from pathlib import Path

import pytest

from faded.jobs.terminal import Bars, say_where, say_who_labels


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("model_index.json", "DiffusionPipeline.from_pretrained"),
        ("pytorch_lora_weights.safetensors", "pipeline.load_lora_weights"),
        ("config.json", "--target"),
        ("adapter_config.json", "model.load_adapter"),
        ("model.safetensors", "where module is what package:function returns"),
    ],
)
def test_it_is_said_how_the_repaired_target_is_loaded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], file: str, said: str
) -> None:
    (tmp_path / file).touch()
    say_where(".", tmp_path, "package:function")
    words = capsys.readouterr().err
    assert said in words
    assert ("state_dict" in words) == (file == "model.safetensors")


def test_nobody_is_called_where_nothing_is_proposed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    say_who_labels("round 2 (round 1 of campaign mine-1)", 0, tmp_path, tmp_path)
    assert (
        capsys.readouterr().err
        == "Nothing in round 2 (round 1 of campaign mine-1) failed often enough to be proposed.\n"
    )
    say_who_labels("round 2 (round 1 of campaign mine-1)", 3, tmp_path, tmp_path)
    assert "Proposals wait in round 2 (round 1 of campaign mine-1)" in capsys.readouterr().err


def test_where_nobody_looks_at_a_terminal_progress_is_a_few_lines(capsys: pytest.CaptureFixture[str]) -> None:
    with Bars() as bars:
        for kind in ("explore", "repair"):
            for step in range(101):
                bars.say(kind, step / 100, f"{step} of 100")
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "explore: 0%, 0 of 100" and lines[-1] == "repair: 100%, 100 of 100"
    assert len(lines) <= 24 and all(line.startswith(("explore: ", "repair: ")) for line in lines)
