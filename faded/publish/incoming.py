"""Verdicts that were given elsewhere: a file of them, row by row, into a round."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from faded.domain import FadedError, Proposal
from faded.publish.reading import Fault, Given, read_rows, said
from faded.stages import round_called
from faded.store import answers, campaigns, events, proposals, ratings, verdicts
from faded.store.campaigns import RoundState
from faded.store.engine import Db, Store
from faded.store.events import Event
from faded.store.former import Former


@dataclass(frozen=True, slots=True)
class Taken:
    """What an import did.

    Attributes:
        rows: Rows of the file.
        new: Those that were not in the round already.
        unread: Columns that were passed over.
    """

    rows: int
    new: int
    unread: tuple[str, ...]


def import_verdicts(store: Store, round_id: int, file: Path, now: float, prefix: str = "") -> Taken:
    """Import a file of verdicts, all of it or nothing, in its order.

    Each row is an event like one from the page Label. Its key follows from what the row says, so that a row that was
    imported before changes nothing; nor does one that the round itself was exported with. Of several verdicts of a
    person on a proposal the one that is written last counts.

    Args:
        store: The open store.
        round_id: The round.
        file: JSONL, Parquet or CSV, by its ending.
        now: Seconds since 1970, for rows that do not say when.
        prefix: What is put before annotators' names.

    Raises:
        FadedError: the file cannot be read, or some rows are wrong: each is named, with the field and what to do.
    """
    rows, unread = read_rows(file)
    with store.write() as db:
        found = campaigns.get_round(db, round_id)
        known = {p.id: p for p in proposals.of_round(db, round_id)}
        checked = [_checked(row, known, found.summary.get("labels"), prefix) for row in rows]
        faults = [fault for part in checked if isinstance(part, list) for fault in part]
        if faults:
            raise FadedError(_told(faults, len(rows), file))
        former = Former(db)
        wanted = {_key(one): _by_now(one, former, now) for one in checked if isinstance(one, Given)}
        given = {_of(event) for event in events.of_round(db, round_id) if event.verdict is not None}
        new = {key for key, one in wanted.items() if one not in given} - events.known(db, list(wanted))
        if new and found.state is not RoundState.OPEN:
            campaign = campaigns.get_campaign(db, found.campaign_id)
            called = round_called(round_id, found.number, campaign.name)
            raise FadedError(f"Nothing was imported: {called} is decided, so it takes no more verdicts.")
        _submit(db, {key: one for key, one in wanted.items() if key in new}, now)
    return Taken(len(rows), len(new), unread)


def _checked(
    row: tuple[str, Mapping[str, Any]], known: Mapping[str, Proposal], labels: Sequence[str] | None, prefix: str
) -> Given | list[Fault]:
    """Return what a row says, or what is wrong with it."""
    place, values = row
    found = said(place, values, prefix)
    if isinstance(found, list):
        return found
    proposal = known.get(found.proposal_id)
    if proposal is None:
        words = f"{found.proposal_id!r} is no proposal of this round: give one of its ids, or the right --round"
        return [Fault(place, "proposal_id", words)]
    faults = []
    try:
        answers.check(proposal, found.verdict, found.answer, labels)
    except FadedError as error:
        faults.append(Fault(place, "answer", str(error)))
    try:
        ratings.check(proposal, found.verdict, found.ratings)
    except FadedError as error:
        named = [name for name, value in asdict(found.ratings).items() if value is not None]
        faults.append(Fault(place, ", ".join(named), str(error)))
    return faults or found


def _submit(db: Db, new: Mapping[str, Given], now: float) -> None:
    for key, one in new.items():
        verdicts.submit(
            db,
            one.proposal_id,
            one.annotator,
            key,
            now=now if one.created_at is None else one.created_at,
            verdict=one.verdict,
            answer=one.answer,
            ratings=one.ratings,
            earnest=True,
        )


def _of(event: Event) -> Given:
    """Return what a row of an export says of an event."""
    assert event.verdict is not None  # noqa: S101 - it is one of a verdict
    return Given(event.proposal_id, event.verdict, event.annotator, event.answer, event.created_at, event.ratings)


def _by_now(given: Given, former: Former, now: float) -> Given:
    """Return the same under the name that its annotator has by now."""
    at = now if given.created_at is None else given.created_at
    return replace(given, annotator=former.called(given.annotator, at))


def _key(given: Given) -> str:
    """Return the idempotency key of what a row says: the same row has the same one in every import."""
    text = json.dumps(asdict(given), sort_keys=True, ensure_ascii=False)
    return f"import-{hashlib.sha256(text.encode()).hexdigest()[:48]}"


def _told(faults: Sequence[Fault], rows: int, file: Path) -> str:
    wrong = len({fault.place for fault in faults})
    lines = "".join(f"\n  {fault.place}, {fault.field}: {fault.words}" for fault in faults)
    return f"{wrong} of {rows} rows of {file} cannot be imported, so none was:{lines}"
