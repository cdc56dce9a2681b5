"""The mirror: rounds go out, verdicts come back, and whatever the hub does none is lost or counted twice."""

from __future__ import annotations

import io
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from faded.domain import FadedError, Verdict
from faded.hub import HubError
from faded.store import blobs, campaigns, event_lines, mirror, proposals, remarks, rounds, verdicts
from faded.store.engine import Store, open_store
from faded.store.sender import Pace, Sender
from tests.store.hub import FolderHub
from tests.ui import believable

QUICK = Pace(look=0.01, commit=0.02, first=0.02, longest=0.1, boot=0.5, last=5.0, behind=0.2)
FLAG = "\u201codd\u201d\nand long\u2028as pasted\x85from elsewhere"


@pytest.fixture
def hub(tmp_path: Path) -> FolderHub:
    return FolderHub(tmp_path / "dataset")


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Store]:
    """The workspace that explores, with a round in it."""
    opened = open_store(tmp_path / "worker")
    believable.explored(opened)
    yield opened
    opened.close()


@pytest.fixture
def disks(tmp_path: Path) -> Iterator[Callable[[], Store]]:
    """Makes the empty disk of a Space, again and again."""
    made: list[Store] = []

    def make() -> Store:
        made.append(open_store(tmp_path / f"space-{len(made)}"))
        return made[-1]

    yield make
    for store in made:
        store.close()


def until(good: Callable[[], bool], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not good():
        assert time.monotonic() < end
        time.sleep(0.01)


def label(store: Store, n: int, who: str = "ann", stem: str = "k") -> None:
    """Judge the first proposals that nobody has judged; the second verdict is undone and given again."""
    with store.write() as db:
        found = campaigns.latest_round(db)
        assert found is not None
        waiting = [
            p
            for p in reversed(proposals.newest(db, found.id, 999))
            if p.id.rpartition("/")[2] not in judged(db, found.id)
        ]
        for i, item in enumerate(waiting[:n]):
            verdict = list(Verdict)[i % 3]
            verdicts.submit(db, item.id, who, f"{stem}{i}", now=100.0 + i, verdict=verdict, visible_ms=900)
            if i == 1:
                verdicts.undo(db, found.id, who, f"{stem}-undo", 100.5, f"{stem}{i}")
                verdicts.submit(db, item.id, who, f"{stem}-again", now=100.6, verdict=Verdict.UNSURE)
        verdicts.submit(db, waiting[0].id, who, f"{stem}-flag", now=200.0, flag=FLAG)


def judged(db: Any, round_id: int) -> dict[str, tuple[Any, ...]]:
    """What stands, by the proposal's id where the round was explored."""
    return {
        found.proposal_id.rpartition("/")[2]: (found.verdict, found.answer, found.ratings)
        for found in verdicts.standing(db, round_id)
    }


def standing(store: Store) -> dict[str, tuple[Any, ...]]:
    with store.read() as db:
        found = campaigns.latest_round(db)
        assert found is not None
        return judged(db, found.id)


def keys(store: Store) -> list[str]:
    with store.read() as db:
        return [line["key"] for line in event_lines.lines(db)]


def mirrored(hub: FolderHub) -> list[str]:
    return [line["key"] for line in mirror.said_in(hub, hub.names())]


def test_a_round_goes_out_and_its_verdicts_come_back(worker: Store, hub: FolderHub, disks: Callable[[], Store]) -> None:
    mirror.push(worker, hub)
    space = disks()
    sender = Sender(space, hub, QUICK)
    sender.start()
    with space.read() as db:
        found = campaigns.latest_round(db)
        assert found is not None and found.elsewhere
        items = proposals.newest(db, found.id, 999)
    assert items and all(blobs.get(space.workspace, item.edited) for item in items)
    label(space, 5)
    until(lambda: set(mirrored(hub)) == set(keys(space)))
    sender.end()
    done = mirror.pull(worker, hub)
    assert (done.new, done.known, done.strange) == (len(keys(space)), 0, 0)
    assert standing(worker) == standing(space) and len(standing(worker)) == 5
    assert mirror.pull(worker, hub).known == done.new
    with worker.read() as db:
        assert [flag.reason for flag in remarks.flags(db, 1)] == [FLAG]


def test_boot_after_boot_on_empty_disks_every_verdict_is_there(
    worker: Store, hub: FolderHub, disks: Callable[[], Store]
) -> None:
    mirror.push(worker, hub)
    for boot in range(3):
        space = disks()
        sender = Sender(space, hub, QUICK)
        sender.start()
        assert len(standing(space)) == 3 * boot
        label(space, 3, stem=f"boot{boot}-")
        sender.end()  # sends what is left
    files = [name for name in hub.names() if name.startswith("events/")]
    assert len(files) == 3
    assert len(mirrored(hub)) == len(set(mirrored(hub))), "no boot sends again what the mirror holds"
    assert mirror.pull(worker, hub).strange == 0
    assert len(standing(worker)) == 9


def test_verdicts_given_before_the_round_was_pushed_go_along(
    worker: Store, hub: FolderHub, disks: Callable[[], Store]
) -> None:
    label(worker, 4)
    mirror.push(worker, hub)
    space = disks()
    sender = Sender(space, hub, QUICK)
    sender.start()
    sender.end()
    assert standing(space) == standing(worker)
    assert mirrored(hub) == []


def test_a_round_pushed_again_brings_what_is_new_and_keeps_what_was_said(
    worker: Store, hub: FolderHub, disks: Callable[[], Store]
) -> None:
    mirror.push(worker, hub)
    space = disks()
    mirror.restore(space, hub)
    label(space, 2)
    before = standing(space)
    with worker.write() as db:
        known = proposals.newest(db, 1, 1)[0]
        more = [replace(known, id=f"1-new-{i}", sample_id=f"new-{i}") for i in range(3)]
        proposals.add_many(db, 1, more, {known.key: 9.0})
        rounds.decide(db, 1, campaigns.RoundState.ACCEPTED, "mira", 5.0)
    packs = [name for name in hub.names() if name.endswith(".zip")]
    mirror.push(worker, hub)
    assert [name for name in hub.names() if name.endswith(".zip")] == packs, "no blob is uploaded twice"
    mirror.restore(space, hub)
    with space.read() as db:
        assert proposals.count(db, 1) == 23
        assert campaigns.get_round(db, 1).state is campaigns.RoundState.ACCEPTED
    assert standing(space) == before


def test_a_hub_that_fails_is_asked_again_until_it_has_everything(
    worker: Store, hub: FolderHub, disks: Callable[[], Store]
) -> None:
    mirror.push(worker, hub)
    space = disks()
    sender = Sender(space, hub, QUICK)
    sender.start()
    hub.troubles += [HubError("The hub says 500."), HubError("Too many requests (429).", wait=0.3)]
    label(space, 3)
    until(lambda: "429" in sender.words())
    assert "4 events wait" not in sender.words() and "6 events wait to be copied" in sender.words()
    asked = time.monotonic()
    until(lambda: len(mirrored(hub)) == 6)
    assert time.monotonic() - asked > 0.2, "it is left alone for as long as it asks"
    until(lambda: sender.words() == "")
    sender.end()


def test_whoever_is_to_end_waits_for_no_hub(hub: FolderHub, disks: Callable[[], Store]) -> None:
    hub.troubles += [HubError("Too many requests (429).", wait=60.0)]
    ending, began = threading.Event(), time.monotonic()
    threading.Timer(0.1, ending.set).start()
    assert not Sender(disks(), hub, Pace()).start(ending) and time.monotonic() - began < 10


def test_a_commit_whose_answer_is_lost_is_sent_again_and_counts_once(
    worker: Store, hub: FolderHub, disks: Callable[[], Store]
) -> None:
    mirror.push(worker, hub)
    space = disks()
    sender = Sender(space, hub, QUICK)
    sender.start()
    hub.forgetful = True
    hub.troubles += [HubError("The answer was lost.")]
    label(space, 3)
    until(lambda: len(hub.commits) >= 4)
    sender.end()
    assert len(mirrored(hub)) == 6
    assert mirror.pull(worker, hub).new == 6


def test_a_hub_that_stalls_holds_nobody_up_and_a_manager_is_told(
    worker: Store, hub: FolderHub, disks: Callable[[], Store]
) -> None:
    mirror.push(worker, hub)
    space = disks()
    sender = Sender(space, hub, QUICK)
    sender.start()
    hub.stall.clear()
    begun = time.monotonic()
    label(space, 3)
    assert time.monotonic() - begun < 2
    until(lambda: "It has not answered yet" in sender.words())
    hub.stall.set()
    until(lambda: len(mirrored(hub)) == 6 and sender.words() == "")
    sender.end()


def down(*_: object) -> None:
    raise HubError("The hub is down.")


def test_what_one_boot_could_not_send_the_next_on_its_disk_does(
    worker: Store, hub: FolderHub, disks: Callable[[], Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    label(worker, 2, stem="before")
    mirror.push(worker, hub)
    space = disks()
    mirror.restore(space, hub)
    label(space, 3)  # and the machine goes away before any of it is sent
    sender = Sender(space, hub, QUICK)
    with monkeypatch.context() as patched:
        patched.setattr(hub, "write", down)
        sender.start()
        until(lambda: sender.words() != "")
        assert "6 events wait" in sender.words(), "what the mirror holds does not wait"
    until(lambda: len(mirrored(hub)) == 6)
    sender.end()


def test_a_mirror_that_cannot_be_read_at_a_start_is_tried_for_a_while(hub: FolderHub, store: Store) -> None:
    hub.troubles += [HubError("no connection")] * 2
    sender = Sender(store, hub, QUICK)
    sender.start()
    sender.end()
    hub.troubles += [HubError("no connection")] * 99
    with pytest.raises(HubError, match="no connection"):
        Sender(store, hub, QUICK).start()


def test_the_newest_round_is_the_one_that_a_space_shows_first(
    worker: Store, hub: FolderHub, disks: Callable[[], Store]
) -> None:
    mirror.push(worker, hub)
    with worker.write() as db:
        older = campaigns.create_campaign(db, "z-older", campaigns.get_campaign(db, 1).config, 1.0)
        campaigns.create_round(db, older.id, now=1.0)
    mirror.push(worker, hub, "z-older")
    space = disks()
    mirror.restore(space, hub)
    with space.read() as db:
        found = campaigns.latest_round(db)
        assert found is not None and campaigns.get_campaign(db, found.campaign_id).name == "signs-1"


def test_a_damaged_pack_is_named_and_can_be_made_anew(
    worker: Store, hub: FolderHub, disks: Callable[[], Store]
) -> None:
    mirror.push(worker, hub)
    (name,) = [name for name in hub.names() if name.endswith(".zip")]
    hub.write({name: b"torn"}, "")
    with pytest.raises(FadedError, match=rf"{name} is damaged: delete it"):
        mirror.restore(disks(), hub)
    (hub.folder / name).unlink()
    mirror.push(worker, hub)
    mirror.restore(disks(), hub)


def test_campaigns_of_the_same_name_are_not_mixed(
    worker: Store, hub: FolderHub, disks: Callable[[], Store], caplog: pytest.LogCaptureFixture
) -> None:
    mirror.push(worker, hub)
    space = disks()
    believable.explored(space)
    mirror.restore(space, hub)
    assert "called signs-1 like one of the mirror's: push it again under another `name`" in caplog.text
    with space.read() as db:
        (only,) = campaigns.list_campaigns(db)
        assert len(campaigns.list_rounds(db, only.id)) == 1


def test_what_cannot_be_pushed_is_said(store: Store, worker: Store, hub: FolderHub, disks: Callable[[], Store]) -> None:
    with pytest.raises(FadedError, match="no round to push"):
        mirror.push(store, hub)
    with pytest.raises(FadedError, match=r"no campaign 'x'.*Known: signs-1"):
        mirror.push(worker, hub, "x")
    assert mirror.push(worker, hub, "signs-1").number == 1
    space = disks()
    mirror.restore(space, hub)
    with pytest.raises(FadedError, match="explored elsewhere: push it from"):
        mirror.push(space, hub)


def test_the_same_blobs_make_the_same_pack(worker: Store, hub: FolderHub, tmp_path: Path) -> None:
    other = FolderHub(tmp_path / "other")
    for one in (hub, other):
        mirror.push(worker, one)
    assert hub.names() == other.names()
    assert all(hub.read(name) == other.read(name) for name in hub.names())


@pytest.mark.parametrize(
    "wrong", ["[]", "{", '{"format": 1, "packs": {}}', '{"format": 1, "packs": {"x": ["../../y"]}}', "[" * 9000]
)
def test_a_snapshot_that_is_none_is_named_and_nothing_is_taken_from_it(
    worker: Store, hub: FolderHub, disks: Callable[[], Store], wrong: str
) -> None:
    found = mirror.push(worker, hub)
    (name,) = (n for n in hub.names() if n.endswith(f"/{found.number}.json"))
    hub.write({name: wrong.encode()}, "by somebody else")
    space = disks()
    with pytest.raises(FadedError, match="is damaged: delete it in the dataset"):
        mirror.restore(space, hub)
    with space.read() as db:
        assert campaigns.list_campaigns(db) == []


def test_a_pack_that_would_grow_without_measure_is_not_unpacked(
    worker: Store, hub: FolderHub, disks: Callable[[], Store]
) -> None:
    mirror.push(worker, hub)
    (name,) = (n for n in hub.names() if n.endswith(".zip"))
    with zipfile.ZipFile(io.BytesIO(hub.read(name))) as pack:
        names = pack.namelist()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as pack:
        for digest in names:
            pack.writestr(digest, bytes(10**6))
    hub.write({name: out.getvalue()}, "by somebody else")
    with pytest.raises(FadedError, match="larger than itself"):
        mirror.restore(disks(), hub)
