"""Which places a person may name who did not start the app: models and data on the hub, nothing of this machine."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from faded.campaign_file import PLACES
from faded.data.places import exists, may_be_on_hub, split_of

MODEL = re.compile(r"[\w-][\w.-]*/[\w.-]+")
"""A model on the hub. Names without a slash may be those of a plug-in's functions."""
OF_DATA = ("data", "tune_data", "verify_data")


def barred(fields: Mapping[str, Any]) -> dict[str, str]:
    """Return what may not be named on this server, in words, by the field to mend.

    Args:
        fields: A campaign's fields, as typed or as a file says them.
    """
    given = {name: str(fields[name]).strip() for name in PLACES if fields.get(name)}
    return {name: _words(name, place) for name, place in given.items() if place and not _on_hub(name, place)}


def _on_hub(name: str, place: str) -> bool:
    """Return whether a place can only be on the hub: it has the form of one, and no file here is called so.

    Of ORG/NAME/SUBSET a folder ORG/NAME would be read, so there must be none either.
    """
    if name in OF_DATA:
        repository = "/".join(split_of(place)[0].split("/")[:2])
        return may_be_on_hub(place) and not exists(repository)
    return MODEL.fullmatch(place) is not None and not exists(place)


def _words(name: str, place: str) -> str:
    form = "ORG/NAME:SPLIT" if name in OF_DATA else "ORG/NAME"
    return (
        f"{name.replace('_', ' ').capitalize()} is {place!r}: on this server only whoever runs it may name files, "
        f"folders and functions. Give an id on the hub, as {form}."
    )
