import json
import time
from pathlib import Path

import pytest

from faded.campaign_file import read_campaign, schema, write_campaign
from faded.cli import main
from faded.commands.common import BAD_INPUT, OK
from faded.config import CampaignConfig
from faded.domain import FadedError
from faded.jobs.context import prepare
from faded.store import campaigns
from faded.store.engine import open_store

SCHEMA = Path(__file__).parents[1] / "docs" / "campaign.schema.json"
SPACE = "- {name: darkening, levels: [0, 0.4, 0.8]}\n- {name: saturation, levels: [0.5, 1]}\n"


@pytest.mark.parametrize(
    "config",
    [
        CampaignConfig(demo="scenes", queries=300),
        CampaignConfig(demo="signs", labelled=False, name="Signs at dusk"),
        CampaignConfig(
            target="org/model",
            data="org/pictures:test",
            columns={"image": "img"},
            label_map={"7": "red", "junk": None},
            concepts=({"name": "darkening", "levels": [0, 0.5]},),
        ),
        CampaignConfig(task="text", target="org/model", data="org/news:train", discrepancy="rouge_l", threshold=0.7),
    ],
)
def test_a_campaign_is_read_as_it_was_written(config: CampaignConfig, tmp_path: Path) -> None:
    file = tmp_path / "campaign.yaml"
    file.write_text(write_campaign(config))
    found = read_campaign(file)
    assert found == config
    assert found.digest() == config.digest()


def test_paths_are_relative_to_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "inner" / "pictures").mkdir(parents=True)
    file = tmp_path / "inner" / "campaign.yaml"
    file.write_text("faded: 1\ntarget: org/model\ndata: pictures:test\nverify_data: pictures\ntune_data: ./pictures\n")
    monkeypatch.chdir(tmp_path)
    config = read_campaign(Path("inner/campaign.yaml"))
    folder = str(tmp_path / "inner" / "pictures")
    assert (config.target, config.data, config.tune_data) == ("org/model", f"{folder}:test", folder)
    assert config.verify_folds == 1
    file.write_text("faded: 1\ntarget: org/model\ndata: pictures2\n")
    assert read_campaign(file).data == f"{folder}2", "so that a message says where it was looked for"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[1]", r"is no campaign: give one with the line faded: 1"),
        ("demo: signs", r"is no campaign: give one with the line faded: 1"),
        ("faded: 2\ndemo: signs", r"has faded: 2, but this version of Faded reads 1"),
        ("faded: 1\ndemo: signs\nseeed: 3", r"There is no field 'seeed': did you mean seed\?"),
        ("faded: 1\ndemo: signs\nfoo: 3", r"There is no field 'foo': known are .*'seed'"),
        ("faded: 1\ndemo: signs\nbound: high", r"bound is 'high': give a valid number"),
        ("faded: 1\ndemo: signs\nbound: 2", r"The bound is 2: give a rate between 0 and 1"),
        ("faded: 1\ndemo: signs\nqueries: '300'", r"queries is '300': give a valid integer"),
        ("faded: 1\ndemo: signs\nconcepts: [3]", r"concepts\.0 is 3: give an object"),
        ("faded: 1\ntarget: x\ndata: y\ncolumns: {picture: img}", r"columns names 'picture': .* image, label"),
        ("faded: 1\ntarget: x\ndata: y\nlabelled: false\nlabel_map: {a: b}", r"label_map .* without labels"),
        ("faded: 1\ndemo: signs\nname: ../x", r"The name is '\.\./x': give at most 60 letters"),
        ("faded: [1", r"cannot be read"),
        ("faded: 1\ndemo: &a signs\nname: *a", r"the alias \*a is not read: write out what it stands for"),
        ("faded: 1\ndemo: signs\nseed: 1\nseed: 2", r"'seed' is given twice, in lines 3 and 4: leave one out"),
        ("faded: 1\nname: 2024-13-45", r"campaign\.yaml cannot be read: month must be in 1\.\.12"),
        ("faded: 1\ndemo: [signs]", r"demo is \['signs'\]: give a valid string"),
        ("faded: 1\ndemo: signs\ndata: pictures", r"a demo brings its own target.*leave out demo or data\."),
    ],
)
def test_what_cannot_be_used_is_said_with_its_field(text: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "campaign.yaml"
    file.write_text(text)
    with pytest.raises(FadedError, match=said):
        read_campaign(file)


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "\n".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)
"""Nine lists of nine of the one before: some hundred million values."""
TAGS = (
    "!!python/object/apply:os.system ['touch planted']",
    "!!python/object:faded.config.CampaignConfig {demo: signs}",
    "!!python/object/new:os.system ['touch planted']",
    "!!python/name:os.system ''",
    "!!python/module:os ''",
    "!!python/tuple [1]",
    "!planted x",
    "!<tag:yaml.org,2002:python/object/apply:os.system> ['touch planted']",
)


@pytest.mark.parametrize("tag", TAGS)
def test_a_tag_that_makes_something_is_refused(tag: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "campaign.yaml"
    file.write_text(f"faded: 1\ndemo: {tag}\n")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FadedError, match=r"cannot be read: could not determine a constructor for the tag"):
        read_campaign(file)
    assert not (tmp_path / "planted").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (BOMB, r"the alias \*a is not read: write out what it stands for"),
        ("faded: &a [*a]", r"the alias \*a is not read"),
        ("a: &a {x: 1}\nfaded:\n  <<: *a", r"the alias \*a is not read"),
        ("faded: " + "[" * 5000 + "]" * 5000, r"is nested hundreds of levels deep\. Write it with fewer"),
        ("faded: " + "{a: " * 5000 + "1" + "}" * 5000, r"is nested hundreds of levels deep"),
        ("- " * 20_000, r"is nested hundreds of levels deep"),
        ("faded: 1\nname: " + "[" * 150 + "]" * 150, r"name is \[\[\["),
        ("faded: 1\nseed: " + "9" * 10_000, r"cannot be read: Exceeds the limit"),
    ],
)
def test_yaml_that_would_grow_without_measure_is_refused_at_once(text: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "campaign.yaml"
    file.write_text(text)
    began = time.monotonic()
    with pytest.raises(FadedError, match=said):
        read_campaign(file)
    assert time.monotonic() - began < 2


def test_names_that_yaml_takes_for_dates_are_read_as_written(tmp_path: Path) -> None:
    file = tmp_path / "campaign.yaml"
    file.write_text("faded: 1\ntarget: org/model\ndata: org/data\nlabel_map: {2024-01-01: red, 7: null}\n")
    assert read_campaign(file).label_map == {"2024-01-01": "red", "7": None}


def test_what_a_targets_files_tell_is_refused_before_it_is_loaded(tmp_path: Path) -> None:
    target, said = tmp_path / "target", []
    target.mkdir()
    config = CampaignConfig(target=str(target), data=str(tmp_path), label_map={"Rot": "rd"})
    with pytest.raises(FadedError, match=r"has neither config\.json nor model_index\.json"):
        prepare(config, 1, said.append)
    (target / "config.json").write_text('{"id2label": {"0": "red", "1": "green"}}')
    with pytest.raises(FadedError, match=r"'Rot' means 'rd', which is none of the target's 2 labels"):
        prepare(config, 1, said.append)
    assert said == []


def test_the_published_schema_is_the_present_one() -> None:
    assert json.loads(SCHEMA.read_text()) == schema(), "python -m faded schema > docs/campaign.schema.json"
    assert all(field["description"] for field in schema()["properties"].values())


def test_a_campaign_that_ran_by_flags_runs_from_its_file_with_the_same_numbers(  # type: ignore[no-untyped-def]
    run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    space = tmp_path / "space.yaml"
    space.write_text(SPACE)
    _, by_flags, _ = run("--space", str(space), "--agent", "random", "--verify-folds", "1")
    workspace = ["--workspace", str(tmp_path / "workspace")]
    with open_store(tmp_path / "workspace").read() as db:
        (campaign,) = campaigns.list_campaigns(db)
    assert main(["campaign", campaign.name, *workspace]) == OK
    file = tmp_path / "campaign.yaml"
    file.write_text(capsys.readouterr().out)
    other = ["--workspace", str(tmp_path / "other"), "--json", "-"]
    assert main(["run", str(file), *other]) == OK
    by_file = json.loads(capsys.readouterr().out.strip().splitlines()[-1])
    expected = json.loads(by_flags[0])
    assert {**by_file, "timing": None} == {**expected, "timing": None}

    assert main(["run", str(file), "--seed", "3", *other]) == BAD_INPUT
    assert "says all of the campaign: leave --seed out" in capsys.readouterr().err
    assert main(["run", str(file), "--no-labels", *other]) == BAD_INPUT
    assert "leave --no-labels out" in capsys.readouterr().err
    assert main(["run", str(file), "--labels", "3", *other]) == BAD_INPUT
    assert "--labels would change nothing without --oracle" in capsys.readouterr().err
    assert main(["campaign", "nobody", *workspace]) == BAD_INPUT
    assert f"Known: {campaign.name}." in capsys.readouterr().err
