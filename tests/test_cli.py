import json
import shutil
from pathlib import Path

import pytest

from faded.cli import BAD_INPUT, GATE_FAILED, OK, main
from tests.jobs import colours

TARGET = "tests.jobs.colours:target"


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    return colours.draw(tmp_path / "pictures", 60)


@pytest.fixture
def run(pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):  # type: ignore[no-untyped-def]
    """Run `faded run` on the colours and return exit code, last line and messages."""

    def call(*extra: str, target: str = TARGET, data: Path | None = None, workspace: Path | None = None):  # type: ignore[no-untyped-def]
        arguments = ["run", "--target", target, "--data", str(data or pictures), "--queries", "200"]
        arguments += ["--workspace", str(workspace or tmp_path / "workspace"), "--json", "-", *extra]
        code = main(arguments)
        printed = capsys.readouterr()
        return code, printed.out.strip().splitlines()[-1:], printed.err

    return call


def test_a_round_prints_its_record_as_the_last_line(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    space = tmp_path / "space.yaml"
    space.write_text("- {name: darkening, levels: [0, 0.4, 0.8]}\n- {name: saturation, levels: [0.5, 1]}\n")
    code, last, errors = run("--oracle", "--labels", "12", "--space", str(space), "--verify-folds", "1")
    record = json.loads(last[0])
    assert code == (OK if record["verify"]["gate"]["passed"] else GATE_FAILED)
    assert record["schema"] == 1
    assert record["label"]["verdicts"] <= 12
    assert all(reason in errors for reason in record["verify"]["gate"]["reasons"])


def test_what_the_oracle_does_not_care_about_is_rejected(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    cares = tmp_path / "cares.yaml"
    cares.write_text("classes: [red]\n")
    code, last, _ = run("--oracle", "--oracle-cares", str(cares), "--labels", "9")
    label = json.loads(last[0])["label"]
    assert label["rejected"] == label["verdicts"] > 0
    assert code == GATE_FAILED


def test_without_the_oracle_the_proposals_wait(run) -> None:  # type: ignore[no-untyped-def]
    code, last, errors = run()
    assert code == OK
    assert json.loads(last[0])["explore"]["queries"] == 200
    assert "serve" in errors


@pytest.mark.parametrize(
    ("extra", "word"),
    [
        (("--bound", "1.5"), "1.5"),
        (("--queries", "0"), "queries is 0"),
        (("--seed", "-1"), "-1"),
        (("--seed", str(2**63)), str(2**63)),
        (("--seed", str(10**30)), str(10**30)),
        (("--bound", "nan"), "bound is nan"),
        (("--bound", "inf"), "bound is inf"),
        (("--threshold", "-2"), "-2"),
        (("--threshold", "nan"), "threshold is nan"),
        (("--threshold", "inf"), "threshold is inf"),
        (("--labels", "0", "--oracle"), "--labels is 0"),
        (("--space", "narrow"), "narrow"),
        (("--space", "missing.yaml"), "missing.yaml"),
        (("--agent", "dqn"), "dqn"),
        (("--discrepancy", "taste"), "taste"),
        (("--demo", "signs"), "not both"),
        (("--tune-data", "x"), "both, or neither"),
        (("--oracle", "--oracle-noise", "2"), "noise is 2"),
        (("--oracle", "--oracle-cares", "missing.yaml"), "missing.yaml"),
    ],
)
def test_bad_flags_exit_with_2_and_say_why(run, extra: tuple[str, ...], word: str) -> None:  # type: ignore[no-untyped-def]
    code, _, errors = run(*extra)
    assert code == BAD_INPUT
    assert word in errors


def test_a_level_out_of_bounds_exits_with_2(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    space = tmp_path / "space.yaml"
    space.write_text("- {name: darkening, levels: [0, 1.5]}\n")
    code, _, errors = run("--space", str(space))
    assert code == BAD_INPUT
    assert "1.5" in errors


@pytest.mark.parametrize(
    ("target", "word"),
    [
        ("tests.targets.test_classifier:broken", "division by zero"),
        ("tests.targets.test_classifier:not_a_number", "NaN"),
    ],
)
def test_a_target_that_fails_exits_with_2(run, target: str, word: str) -> None:  # type: ignore[no-untyped-def]
    code, _, errors = run(target=target)
    assert code == BAD_INPUT
    assert word in errors


def test_bad_data_exits_with_2(run, pictures: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "empty").mkdir()
    code, _, errors = run(data=tmp_path / "empty")
    assert (code, "empty" in errors) == (BAD_INPUT, True)
    (pictures / "red" / "broken.png").write_bytes(b"not a picture")
    code, _, errors = run()
    assert (code, "broken.png" in errors) == (BAD_INPUT, True)
    (pictures / "red" / "broken.png").unlink()
    shutil.copytree(pictures / "red", pictures / "purple")
    code, _, errors = run()
    assert (code, "purple" in errors) == (BAD_INPUT, True)
    for name in ("purple", "green", "blue"):
        shutil.rmtree(pictures / name)
    code, _, errors = run()
    assert (code, "one class" in errors) == (BAD_INPUT, True)


def test_a_workspace_that_cannot_be_written_exits_with_2(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "file").write_text("")
    code, _, errors = run(workspace=tmp_path / "file" / "below")
    assert code == BAD_INPUT
    assert "cannot be used" in errors
