"""What a snapshot of a round has to look like: it may come from anybody who can write to the mirror."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, NotRequired

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, with_config
from typing_extensions import TypedDict

from faded.concepts.spec import ConceptSpace
from faded.domain import FadedError, Proposal, Verdict
from faded.store.guidelines import LONGEST
from faded.store.qualifying import LONGEST_NAME

LATEST = 253_402_300_799.0
"""The end of the year 9999, seconds since 1970: the last that a calendar has."""
MOST_VERSIONS = 1_000_000
"""Versions of a campaign's guidelines: more than anybody saves."""

_Moment = Annotated[float, Field(ge=0, le=LATEST, allow_inf_nan=False)]
_Name = Annotated[str, Field(max_length=LONGEST_NAME)]


@with_config(ConfigDict(extra="allow"))
class _Summary(TypedDict, total=False):
    space: list[dict[str, Any]]
    strata: list[str]
    labels: list[str]
    labelled: bool
    bound: float
    threshold: float
    known_invalid: list[int]


class _Campaign(TypedDict):
    name: str
    config: dict[str, Any]
    created_at: float


class _Round(TypedDict):
    number: int
    state: str
    fingerprint_before: str | None
    fingerprint_after: str | None
    weights: str | None
    repaired: str | None
    summary: _Summary
    created_at: float
    decided_by: str | None
    decided_at: float | None


class _Rules(TypedDict):
    opinions: int
    policy: str


class _Gold(TypedDict):
    proposal_id: str
    verdict: Verdict
    who: _Name
    made_at: _Moment
    withdrawn_by: _Name | None
    withdrawn_at: _Moment | None


class _Version(TypedDict):
    number: Annotated[int, Field(ge=1, le=MOST_VERSIONS)]
    text: Annotated[str, Field(max_length=LONGEST)]
    who: _Name
    created_at: _Moment


@with_config(ConfigDict(extra="allow"))
class _Snapshot(TypedDict):
    campaign: _Campaign
    round: _Round
    modes: list[tuple[list[int], str, float]]
    proposals: list[Proposal]
    events: list[dict[str, Any]]
    gold: NotRequired[list[_Gold]]
    guidelines: NotRequired[list[_Version]]


ADAPTER = TypeAdapter(_Snapshot)
PACKS: TypeAdapter[dict[str, list[str]]] = TypeAdapter(dict[str, list[str]])
RULES = TypeAdapter(_Rules)


def check(snapshot: Mapping[str, Any]) -> None:
    """See that every part of a snapshot is there and of its kind, and that its modes are cells of its space.

    Raises:
        FadedError: one is not; the message names it.
    """
    try:
        ADAPTER.validate_json(json.dumps(snapshot), strict=True)
        PACKS.validate_python(snapshot.get("packs", {}), strict=True)
        if snapshot.get("labeling") is not None:
            RULES.validate_python({name: snapshot["labeling"].get(name) for name in ("opinions", "policy")})
    except ValidationError as error:
        first = error.errors()[0]
        raise FadedError(f"{'.'.join(map(str, first['loc'])) or 'The snapshot'}: {first['msg']}.") from error
    except (AttributeError, TypeError, ValueError, RecursionError) as error:
        raise FadedError("labeling or packs: they cannot be read.") from error
    names = {item["id"] for item in snapshot["proposals"]}
    for known in snapshot.get("gold", ()):
        if known["proposal_id"] not in names:
            raise FadedError(f"gold: {known['proposal_id']!r} is no proposal of it.")
        if (known["withdrawn_by"] is None) != (known["withdrawn_at"] is None):
            raise FadedError(f"gold: of {known['proposal_id']!r} it is not said who withdrew it, and when.")
    described = snapshot["round"]["summary"].get("space")
    if described is None:
        return
    try:
        sizes = [len(spec.levels) for spec in ConceptSpace.from_json(described).specs]
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise FadedError("round.summary.space: it describes no concepts.") from error
    for cell, stratum, _ in snapshot["modes"]:
        if len(cell) != len(sizes) or not all(0 <= level < size for level, size in zip(cell, sizes, strict=True)):
            raise FadedError(f"modes: {cell} of {stratum!r} is no setting of its concepts.")
