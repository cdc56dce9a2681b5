"""A campaign as one YAML file: read, written, and described by a JSON schema.

The fields are those of `CampaignConfig`. Paths are relative to the file. `docs/campaign.schema.json` is the schema as
`python -m faded schema` prints it; editors complete and check such files by it.
"""

from __future__ import annotations

import dataclasses
import difflib
import inspect
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError

from faded.config import CampaignConfig
from faded.data.places import exists, is_there, split_of
from faded.domain import FadedError
from faded.files import expanded, read_yaml
from faded.tasks import IMAGE, task_of, usual_queries

VERSION = "faded"
"""The field that says which version of this format a file has."""
CURRENT = 1
OF_DATA = ("data", "tune_data", "verify_data")
PLACES = ("target", "candidate", *OF_DATA, "encoder", "reader")
"""Fields that may hold paths; of data a name that is nowhere can only be one."""
ENDINGS = (".yaml", ".yml")
SECTIONS = {
    "what is tested": ("name", "demo", "task", "target", "candidate"),
    "on what": ("data", "tune_data", "verify_data", "columns", "label_map", "labelled", "verify_folds"),
    "along which concepts": ("space", "concepts"),
    "measure and budget": (
        "discrepancy",
        "encoder",
        "reader",
        "threshold",
        "bound",
        "queries",
        "agent",
        "seed",
    ),
}
"""The order in which fields are written."""
BY_THE_DEMO = ("task", "verify_folds", "space")
"""Fields that a demo leaves nothing to say of, and that a configuration has all the same."""
OF_THE_DEMO = (*BY_THE_DEMO, "target", "data", "tune_data", "verify_data", "columns", "label_map", "reader")
"""Fields that are refused beside a demo."""
ADAPTER = TypeAdapter(CampaignConfig)


def read_campaign(path: Path) -> CampaignConfig:
    """Read a campaign.

    Raises:
        FadedError: there is no such file, or something in it cannot be used; the message names the field.
    """
    return parse_campaign(read_yaml(path), f"The file {path}", path.parent)


def parse_campaign(values: object, source: str, folder: Path) -> CampaignConfig:
    """Return the campaign that a file's values say.

    Args:
        values: What was read of the file.
        source: How messages begin that speak of it: "The file campaign.yaml".
        folder: What paths in it are relative to.

    Raises:
        FadedError: something in it cannot be used; the message names the field.
    """
    if not isinstance(values, dict) or VERSION not in values:
        raise FadedError(
            f"{source} is no campaign: give one with the line {VERSION}: {CURRENT} and the campaign's fields, "
            "see docs/campaign-file.md."
        )
    if values[VERSION] != CURRENT:
        raise FadedError(
            f"{source} has {VERSION}: {values[VERSION]!r}, but this version of Faded reads {CURRENT}. Write the file "
            "anew with it, or install the version that the file was written with."
        )
    given = {str(name): _plain(value) for name, value in values.items() if name != VERSION}
    _refuse_beside_demo(given, source)
    try:
        config = ADAPTER.validate_json(json.dumps(_with_usual(given)), strict=True)
    except ValidationError as error:
        raise FadedError(f"{source} cannot be used: {' '.join(map(_in_words, error.errors()))}") from error
    except FadedError as error:
        raise FadedError(f"{source} cannot be used: {error}") from error
    return located(config, folder)


def _plain(value: Any) -> Any:
    """Return what YAML says as JSON has it: of dates and of names that are none their text."""
    if isinstance(value, dict):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value if value is None or isinstance(value, str | int | float) else str(value)


def _refuse_beside_demo(fields: Mapping[str, Any], source: str) -> None:
    """Raise FadedError where a demo stands beside what it brings itself."""
    idle = [name for name in fields if name in OF_THE_DEMO and fields[name]] if fields.get("demo") else []
    if idle:
        raise FadedError(
            f"{source} cannot be used: a demo brings its own target, data and concepts, so leave out demo or "
            f"{' and '.join(idle)}."
        )


def _with_usual(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields with what the command line would put where nothing is said."""
    usual = {"verify_folds": 1} if fields.get("verify_data") else {}
    demo = fields.get("demo")
    task = task_of(demo if isinstance(demo, str) else None, fields.get("task", IMAGE))
    return {**usual, "queries": usual_queries(task), **fields}


def located(config: CampaignConfig, folder: Path) -> CampaignConfig:
    """Return a configuration whose paths are absolute: from a folder where something is there, else as they are.

    A place of data that is nowhere becomes absolute as well, so that the message says where it was looked for.
    """
    found: dict[str, Any] = {name: locate(getattr(config, name), folder) for name in PLACES}
    for name in OF_DATA:
        if found[name] and not is_there(found[name]):
            found[name] = str((folder / expanded(found[name])).absolute())
    return dataclasses.replace(config, **found)


def locate(place: str, folder: Path) -> str:
    """Return a path as an absolute one where something is there; else what was given, such as a hub id.

    A split behind a path stays behind it.
    """
    name, split = split_of(place)
    path = folder / expanded(name)
    if place and exists(str(path)):
        return f"{path.resolve()}:{split}" if split else str(path.resolve())
    return place


def write_campaign(config: CampaignConfig) -> str:
    """Return a campaign as the text of a file that `read_campaign` reads as the same."""
    values = {name: value for name, value in config.to_json().items() if value not in ("", None, {})}
    if config.labelled:
        values.pop("labelled")
    if config.concepts is not None:
        values.pop("space", None)
    if config.demo is not None:
        values = {name: value for name, value in values.items() if name not in BY_THE_DEMO}
    parts = [f"# A campaign of Faded: python -m faded run THIS_FILE\n{VERSION}: {CURRENT}\n"]
    for title, names in SECTIONS.items():
        section = {name: values[name] for name in names if name in values}
        if section:
            parts.append(f"# {title}\n{yaml.safe_dump(section, sort_keys=False, allow_unicode=True, width=120)}")
    return "\n".join(parts)


def schema() -> dict[str, Any]:
    """Return the JSON schema of a campaign's file."""
    found = ADAPTER.json_schema()
    about = _attributes()
    for name, field in found["properties"].items():
        field["description"] = about[name]
    version = {"const": CURRENT, "description": "Version of this format."}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A campaign of Faded",
        "description": found["description"].partition("\n")[0],
        "type": "object",
        "required": [VERSION],
        "additionalProperties": False,
        "properties": {VERSION: version, **found["properties"]},
    }


def _attributes() -> dict[str, str]:
    """Return what the class says of each of its fields."""
    text = inspect.cleandoc(CampaignConfig.__doc__ or "").partition("Attributes:\n")[2]
    found = re.findall(r"^    (\w+): (.*(?:\n {8}.*)*)", text, re.MULTILINE)
    return {name: " ".join(said.split()) for name, said in found}


def _in_words(error: Mapping[str, Any]) -> str:
    """Say what is wrong with a field."""
    name = ".".join(map(str, error["loc"]))
    if error["type"] == "unexpected_keyword_argument":
        known = [field.name for field in dataclasses.fields(CampaignConfig)]
        near = difflib.get_close_matches(name, known, 1)
        return f"There is no field {name!r}: " + (f"did you mean {near[0]}?" if near else f"known are {known}.")
    wanted = str(error["msg"]).removeprefix("Input should be ")
    return f"{name} is {error['input']!r}: give {wanted}."
