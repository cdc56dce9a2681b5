"""What a mirror holds: snapshots of rounds with their blobs, and the verdict events of every boot of a Space.

snapshots/CAMPAIGN/NUMBER.json          a round
snapshots/CAMPAIGN/NUMBER-PACK.zip      blobs that it shows, each by its SHA-256
events/BOOT.jsonl                       what people said, one event a line; a file only ever grows
"""

from __future__ import annotations

import hashlib
import io
import json
import logging
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

from faded.domain import FadedError
from faded.hub import Hub
from faded.store import archive, blobs, campaigns, event_lines, snapshot_form, snapshots
from faded.store.campaigns import Round
from faded.store.engine import Store
from faded.store.event_lines import Replayed

log = logging.getLogger(__name__)

SNAPSHOTS, EVENTS = "snapshots/", "events/"
PACKED = 500
"""Blobs in one file: a hub takes few large files far sooner than many small ones."""
LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The date of what is packed: the same blobs make the same file."""


def push(store: Store, hub: Hub, campaign: str | None = None) -> Round:
    """Upload the newest round, of one campaign or of all; return it.

    Blobs go before the snapshot that names them, and those that were uploaded before are not uploaded again.

    Raises:
        FadedError: there is no such campaign or no round, or the round came from elsewhere.
        HubError: the hub failed; done again, it goes on.
    """
    with store.read() as db:
        found = _newest(db, campaign)
        snapshot = snapshots.take(db, found.id)
    stem = f"{SNAPSHOTS}{snapshot['campaign']['name']}/{found.number}"
    there = hub.names()
    packs = json.loads(hub.read(f"{stem}.json"))["packs"] if f"{stem}.json" in there else {}
    packs = {name: held for name, held in packs.items() if name in there}
    known = {digest for held in packs.values() for digest in held}
    missing = [digest for digest in _shown(store, snapshot) if digest not in known]
    for start in range(0, len(missing), PACKED):
        some = missing[start : start + PACKED]
        data = _pack({digest: blobs.get(store.workspace, digest) for digest in some})
        name = f"{stem}-{hashlib.sha256(data).hexdigest()[:12]}.zip"
        hub.write({name: data}, f"Blobs of round {found.number}")
        packs[name] = some
    text = json.dumps(snapshot | {"packs": packs}, sort_keys=True).encode()
    hub.write({f"{stem}.json": text}, f"Round {found.number} of {snapshot['campaign']['name']}")
    return found


def pull(store: Store, hub: Hub) -> Replayed:
    """Play what people said on a Space into the store that the rounds were pushed from.

    Raises:
        HubError: the hub failed; nothing was written.
    """
    said = said_in(hub, hub.names())
    with store.write() as db:
        return event_lines.replay(db, said)


def restore(store: Store, hub: Hub) -> set[str]:
    """Load every snapshot of a mirror, then play in all events; return the keys of those that the mirror holds.

    What is there already stays, so that it does not matter how much the disk has kept. A campaign that has the name of
    one that began here is left out, with a warning in the log.

    Raises:
        HubError: the hub failed; what was loaded until then stays.
        FadedError: a snapshot cannot be loaded here.
    """
    names = hub.names()
    keys: set[str] = set()
    held = {name: _read(hub, name) for name in names if name.startswith(SNAPSHOTS) and name.endswith(".json")}
    for name in sorted(held, key=lambda name: float(held[name]["round"]["created_at"])):  # the newest round comes last
        snapshot = held[name]
        _unpack(store, hub, snapshot["packs"])
        try:
            with store.write() as db:
                snapshots.load(db, snapshot)
        except snapshots.NameTakenError as error:  # nothing can be done about it here, and all else can be labelled
            log.warning("Left out: %s", error)
        except FadedError as error:
            raise damaged(name, str(error)) from error
        keys |= {str(line.get("key")) for line in snapshot["events"]}
    said = said_in(hub, names)
    with store.write() as db:
        event_lines.replay(db, said)
    return keys | {str(line.get("key")) for line in said}


def damaged(name: str, why: str) -> FadedError:
    """Return the error that says which file of a mirror cannot be used."""
    return FadedError(
        f"The mirror's file {name} is damaged: delete it in the dataset, and push the round again. It says: {why}"
    )


def _read(hub: Hub, name: str) -> dict[str, Any]:
    """Read a snapshot, whose parts are each of its kind.

    Raises:
        FadedError: they are not, or it is none.
    """
    try:
        snapshot = json.loads(hub.read(name))
    except (ValueError, RecursionError) as error:
        raise damaged(name, "it is no JSON.") from error
    if not isinstance(snapshot, dict) or "packs" not in snapshot:
        raise damaged(name, "it is no snapshot with packs.")
    if snapshot.get("format") == snapshots.FORMAT:
        try:
            snapshot_form.check(snapshot)
        except FadedError as error:
            raise damaged(name, str(error)) from error
        return snapshot
    raise damaged(
        name, f"its format is {snapshot.get('format')!r}, and this version of Faded reads {snapshots.FORMAT}."
    )


def said_in(hub: Hub, names: Sequence[str]) -> list[dict[str, Any]]:
    """Return the lines of all files of events, in the order of the boots."""
    files = sorted(name for name in names if name.startswith(EVENTS) and name.endswith(".jsonl"))
    return [line for name in files for line in event_lines.parse(hub.read(name))]


def _newest(db: Any, campaign: str | None) -> Round:
    if campaign is None:
        found = campaigns.latest_round(db)
    else:
        known = {c.name: c.id for c in campaigns.list_campaigns(db)}
        if campaign not in known:
            raise FadedError(
                f"There is no campaign {campaign!r} in this workspace. Known: {', '.join(known) or 'none'}."
            )
        found = campaigns.latest_round(db, known[campaign])
    if found is None:
        raise FadedError("There is no round to push: explore first, with python -m faded run or on the page Run.")
    return found


def _shown(store: Store, snapshot: Mapping[str, Any]) -> list[str]:
    """Return the blobs that a snapshot names anywhere, sorted."""
    named = set(blobs.DIGEST.findall(json.dumps(snapshot)))
    return sorted(digest for digest in named if blobs.holds(store.workspace, digest))


def _pack(held: Mapping[str, bytes]) -> bytes:
    """Return blobs as one file; the same blobs make the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as pack:
        for digest in sorted(held):
            pack.writestr(zipfile.ZipInfo(digest, LONG_AGO), held[digest])
    return out.getvalue()


def _unpack(store: Store, hub: Hub, packs: Mapping[str, Sequence[str]]) -> None:
    """Fetch the packs that hold a blob which is not here."""
    for name, held in packs.items():
        if not all(blobs.DIGEST.fullmatch(digest) for digest in held):
            raise damaged(name, "what it holds is not named by SHA-256.")
        if all(blobs.holds(store.workspace, digest) for digest in held):
            continue
        data = hub.read(name)
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as pack:
                found = [pack.getinfo(digest) for digest in held]
                if sum(info.file_size for info in found) > len(data):  # nothing in it is compressed
                    raise damaged(name, "it would be larger than itself.")
                items = [pack.read(info) for info in found]
        except (*archive.BROKEN, KeyError) as error:
            raise damaged(name, "it is no whole archive.") from error
        if [hashlib.sha256(item).hexdigest() for item in items] != list(held):
            raise damaged(name, "what it holds is not what it says.")
        blobs.put_many(store.workspace, items)
