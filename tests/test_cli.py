import argparse
import json
import re
import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from faded.cli import main, make_parser
from faded.commands.common import BAD_INPUT, GATE_FAILED, OK
from faded.data.load import load_pictures
from faded.flags import has_default
from faded.store import campaigns
from faded.store.engine import open_store
from faded.targets.load import load_classifier
from tests.jobs import colours

DOCUMENT = Path(__file__).parents[1] / "docs" / "command-line.md"


def test_a_round_prints_its_record_as_the_last_line(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    space = tmp_path / "space.yaml"
    space.write_text("- {name: darkening, levels: [0, 0.4, 0.8]}\n- {name: saturation, levels: [0.5, 1]}\n")
    code, last, errors = run("--oracle", "--labels", "12", "--space", str(space), "--verify-folds", "1")
    record = json.loads(last[0])
    assert code == (OK if record["verify"]["gate"]["passed"] else GATE_FAILED)
    assert record["schema"] == 1
    assert record["label"]["verdicts"] <= 12
    assert all(reason in errors for reason in record["verify"]["gate"]["reasons"])


CONTRACT = """
    schema seed timing
    target.fingerprint_before target.fingerprint_after splits.explore splits.tune splits.verify
    explore.queries explore.clean_queries explore.control.queries explore.control.induced_failures
    explore.induced_failures explore.modes explore.bound
    explore.agent.name explore.agent.n_updates explore.agent.entropy explore.agent.kl_from_uniform
    label.verdicts label.confirmed label.rejected label.invalid label.unsure label.modes_confirmed
    repair.pairs.verdicts repair.pairs.reapplied repair.steps repair.folder
    verify.inputs verify.induced_rate_before verify.induced_rate_after verify.relative_drop verify.interval90
    verify.all_modes_relative_drop verify.interpolated_relative_drop verify.clean_before verify.clean_after
    verify.negative_flip_rate verify.newly_broken verify.smallest_detectable_change verify.modes
    verify.gate.passed verify.gate.reasons
"""


def keys(record: object, stem: str = "") -> set[str]:
    """Return every path to a value in nested objects."""
    if not isinstance(record, dict):
        return {stem[:-1]}
    return {stem[:-1]}.union(*(keys(value, f"{stem}{name}.") for name, value in record.items()))


def test_every_key_of_the_contract_is_printed_with_or_without_a_repair(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    space = tmp_path / "space.yaml"
    space.write_text("- {name: darkening, levels: [0, 0.4, 0.8]}\n- {name: saturation, levels: [0.5, 1]}\n")
    short = ("--oracle", "--space", str(space), "--verify-folds", "1", "--agent")
    _, last, errors = run(*short, "ppo", "--labels", "20", "--queries", "600")
    repaired = json.loads(last[0])
    assert repaired["label"]["modes_confirmed"] > 0 and repaired["explore"]["agent"]["n_updates"] > 0
    folder = tmp_path / "workspace" / repaired["repair"]["folder"]
    assert str(folder) in errors and "load_state_dict" in errors
    weights = load_file(folder / "model.safetensors")
    assert not torch.equal(weights["linear.bias"], colours.target().state_dict()["linear.bias"])
    code, last, _ = run(*short, "random", "--labels", "1")
    bare = json.loads(last[0])
    assert (code, bare["label"]["modes_confirmed"]) == (GATE_FAILED, 0)
    assert bare["explore"]["agent"] == {"name": "random", "n_updates": 0, "entropy": None, "kl_from_uniform": None}
    for record in (repaired, bare):
        assert set(CONTRACT.split()) <= keys(record)
    for stage in ("repair", "verify", "label"):
        assert repaired[stage].keys() == bare[stage].keys()


def learn(folder: Path, pictures: Path) -> None:
    """Train a transformers classifier for a moment, so that it is right without an edit."""
    target = load_classifier(str(folder))
    samples = load_pictures(pictures, target.labels, target.fit)
    pixels = torch.stack([torch.from_numpy(s.payload).permute(2, 0, 1) / 255 for s in samples])
    truth = torch.tensor([target.labels.index(s.stratum) for s in samples])
    optimizer = torch.optim.Adam(target.module.parameters(), lr=0.01)
    for _ in range(40):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(target.logits(pixels), truth).backward()
        optimizer.step()
    assert (target.logits(pixels).argmax(1) == truth).all()
    target.save(folder)


def test_a_repaired_transformers_target_can_be_loaded_as_any_other(  # type: ignore[no-untyped-def]
    run, classifier_folder: Path, pictures: Path, tmp_path: Path
) -> None:
    learn(classifier_folder, pictures)
    space = tmp_path / "space.yaml"
    space.write_text("- {name: darkening, levels: [0, 0.9]}\n- {name: saturation, levels: [0, 1]}\n")
    short = ("--space", str(space), "--verify-folds", "1", "--bound", "0.1", "--oracle", "--labels", "9")
    _, last, errors = run(*short, target=str(classifier_folder))
    record = json.loads(last[0])
    assert record["label"]["modes_confirmed"] > 0
    folder = tmp_path / "workspace" / record["repair"]["folder"]
    assert f"--target {folder}" in errors
    assert load_classifier(str(folder)).fingerprint() == record["target"]["fingerprint_after"]


def test_what_the_oracle_does_not_care_about_is_rejected(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    cares = tmp_path / "cares.yaml"
    cares.write_text("classes: [red]\n")
    code, last, _ = run("--oracle", "--oracle-cares", str(cares), "--labels", "9")
    label = json.loads(last[0])["label"]
    assert label["rejected"] == label["verdicts"] > 0
    assert code == GATE_FAILED


def campaign_names(workspace: Path) -> list[str]:
    with open_store(workspace).read() as db:
        return [c.name for c in campaigns.list_campaigns(db)]


def test_the_same_words_about_other_pictures_make_another_campaign(  # type: ignore[no-untyped-def]
    run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for seed, folder in enumerate(("here", "there")):
        colours.draw(tmp_path / folder / "mine", 60, seed)
        monkeypatch.chdir(tmp_path / folder)
        run(data=Path("mine"))
    assert len(campaign_names(tmp_path / "workspace")) == 2
    run(data=Path("mine"))
    run(data=tmp_path / "there" / "mine")
    assert len(campaign_names(tmp_path / "workspace")) == 2


def test_pictures_or_weights_changed_in_place_make_another_campaign(  # type: ignore[no-untyped-def]
    run, pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run()
    shutil.rmtree(pictures)
    colours.draw(pictures, 60, seed=1)
    run()
    assert len(campaign_names(tmp_path / "workspace")) == 2
    monkeypatch.setattr(colours, "LEAN", 0.8)
    run()
    assert len(campaign_names(tmp_path / "workspace")) == 3


def test_pictures_without_labels_are_explored_on_request(run, pictures: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    flat = tmp_path / "flat"
    flat.mkdir()
    for file in pictures.glob("*/*.png"):
        shutil.copy(file, flat / f"{file.parent.name}-{file.name}")
    code, _, errors = run(data=flat)
    assert (code, "--no-labels" in errors) == (BAD_INPUT, True)
    code, _, errors = run("--no-labels", "--oracle", data=flat)
    assert (code, "nothing to answer from" in errors) == (BAD_INPUT, True)
    code, last, errors = run("--no-labels", data=flat)
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
        (("--queries", "99999999999"), "queries is 99999999999"),
        (("--threshold", "inf"), "threshold is inf"),
        (("--labels", "0", "--oracle"), "--labels is 0"),
        (("--space", "narrow"), "narrow"),
        (("--space", "missing.yaml"), "missing.yaml"),
        (("--agent", "dqn"), "dqn"),
        (("--discrepancy", "taste"), "taste"),
        (("--demo", "signs"), "not both"),
        (("--tune-data", "x"), "both, or neither"),
        (("--labels", "100"), "--labels would change nothing without --oracle"),
        (("--oracle-noise", "0", "--oracle-cares", "x"), "--oracle-cares and --oracle-noise would change nothing"),
        (("--oracle", "--oracle-noise", "2"), "noise is 2"),
        (("--oracle", "--oracle-cares", "missing.yaml"), "missing.yaml"),
    ],
)
def test_bad_flags_exit_with_2_and_say_why(run, extra: tuple[str, ...], word: str) -> None:  # type: ignore[no-untyped-def]
    code, _, errors = run(*extra)
    assert code == BAD_INPUT
    assert word in errors


@pytest.mark.parametrize(
    ("extra", "word"),
    [
        (("--space", "paper"), "--space"),
        (("--space=wide",), "--space"),
        (("--verify-fold", "3"), "--verify-folds"),
        (("--tune-data", "a", "--verify-data", "b"), "--tune-data and --verify-data"),
    ],
)
def test_flags_that_a_demo_would_ignore_are_refused(
    extra: tuple[str, ...], word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "--demo", "signs", *extra]) == BAD_INPUT
    assert f"give --demo or {word}, not both" in capsys.readouterr().err


def test_a_level_out_of_bounds_exits_with_2(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    space = tmp_path / "space.yaml"
    space.write_text("- {name: darkening, levels: [0, 1.5]}\n")
    code, _, errors = run("--space", str(space))
    assert code == BAD_INPUT
    assert "1.5" in errors


@pytest.mark.parametrize(
    ("space", "said"),
    [
        (None, "There is no file {}. Give --space a YAML file of slots, see docs/text-to-image.md, or a preset"),
        ("- {name: job, level: [a, b]}", "The space {} cannot be used: The slot 'job' must have a name and levels"),
        ("job: [a, b]", "{} must hold a list of slots"),
    ],
)
def test_a_space_of_prompts_that_cannot_be_used_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], space: str | None, said: str
) -> None:
    path = tmp_path / "slots.yaml"
    if space is not None:
        path.write_text(space)
    given = ["--task", "text-to-image", "--target", "x", "--data", "x", "--reader", "x", "--space", str(path)]
    assert main(["run", *given]) == BAD_INPUT
    assert said.format(path) in capsys.readouterr().err


def flags() -> dict[tuple[str, str], argparse.Action]:
    """Return every flag of every command but --help, and every argument."""
    found = {}

    def look(parser: argparse.ArgumentParser, command: str) -> None:
        for action in parser._actions:
            if isinstance(action, argparse._SubParsersAction):
                for name, inner in action.choices.items():
                    look(inner, f"{command} {name}".strip())
            elif "--help" not in action.option_strings:
                found[
                    command, action.option_strings[0] if action.option_strings else str(action.metavar or action.dest)
                ] = action

    look(make_parser(), "")
    return found


def test_the_table_of_flags_is_that_of_the_parser() -> None:
    row = r"^\| `([\w -]+)` \| `(--[\w-]+|[A-Z][\w./]*)` \| (.*?) \|"
    rows = re.findall(row, DOCUMENT.read_text(), flags=re.MULTILINE)
    documented = {(command, flag): default for command, flag, default in rows}
    assert documented.keys() == flags().keys() and len(rows) == len(documented)
    for place, action in flags().items():
        if has_default(action):
            assert documented[place] == f"`{action.default}`"
        else:
            assert documented[place].startswith(("none", "off", "1 with", "required", "`FADED_WORKSPACE`"))


def test_help_shows_every_default_zero_included(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["run", "--help"])
    said = re.findall(r"\(default: ([^)]*)\)", " ".join(capsys.readouterr().out.split()))
    known = [str(a.default) for (command, _), a in flags().items() if command == "run" and has_default(a)]
    assert sorted(said) == sorted([*known, "FADED_WORKSPACE"])
    assert known.count("0") == 1 and known.count("0.0") == 1


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
