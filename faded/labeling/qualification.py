"""The qualification of a campaign: known ones that a person answers openly before the first item that counts."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from faded.domain import Proposal, Role
from faded.store import accounts, campaigns, gold_queue, proposals, qualifying
from faded.store.campaigns import Round, RoundState
from faded.store.engine import Db
from faded.store.gold_queue import Check
from faded.store.labeling_rules import Rules
from faded.store.qualifying import Ended


@dataclass(frozen=True, slots=True)
class Qualification:
    """How far a person's qualification is.

    Attributes:
        ended: How it stands.
        asked: How many items it has.
        percent: So many of a hundred have to be right.
        answers: How many they have answered.
        now: Whether it ended just now.
        items: Known ones that are left for them, each with the number of the event that said something to it last.
    """

    ended: Ended
    asked: int
    percent: int
    answers: int = 0
    now: bool = False
    items: Sequence[tuple[str, int]] = ()

    @property
    def left(self) -> int:
        """How many items are left."""
        return self.asked - self.answers

    @property
    def is_open(self) -> bool:
        """Whether they are asked, or would be if there were enough known ones."""
        return not self.ended.is_in and self.ended.outcome is not qualifying.Outcome.FAILED

    @property
    def short(self) -> int:
        """How many known ones are missing."""
        return max(self.left - len(self.items), 0) if self.is_open else 0


@dataclass(frozen=True, slots=True)
class Attempt:
    """How a person's qualification stands, as managers are told it.

    Attributes:
        annotator: Who.
        ended: How it stands.
        answers: How many they have answered in this attempt.
        right: How many of these rightly.
        missing: How many known answers the round lacks for them to end it; 0 for who is in or has failed, and in a
            decided round, where nobody is asked.
    """

    annotator: str
    ended: Ended
    answers: int
    right: int
    missing: int


def attempts(db: Db, found: Round, rules: Rules) -> list[Attempt]:
    """Return how everybody stands who has to qualify in a round's campaign: nobody with a larger role, or disabled.

    Args:
        db: A transaction.
        found: The round, whose known answers would be asked.
        rules: The campaign's; they ask for a qualification.
    """
    people, everybody = accounts.list_all(db), []
    exempt = {one.name for one in people if one.role is not Role.ANNOTATOR or one.disabled_at is not None}
    for name in qualifying.names(db, found.campaign_id):
        if name in exempt:
            continue
        state = Qualification(qualifying.of_person(db, found.campaign_id, name), rules.qualify, rules.pass_percent)
        said = _said(db, found, name, state)
        if state.is_open and found.state is RoundState.OPEN:
            missing = _going_on(db, found, name, state, said).short
        else:
            missing = 0
        everybody.append(Attempt(name, state.ended, len(said), sum(said.values()), missing))
    return everybody


def look(db: Db, found: Round, annotator: str, rules: Rules, now: float) -> Qualification:
    """Return how far a person's qualification in a round's campaign is; where all is answered, write down how it ended.

    Args:
        db: A write transaction.
        found: The round.
        annotator: Who.
        rules: The campaign's; they ask for a qualification.
        now: Seconds since 1970.
    """
    ended = qualifying.of_person(db, found.campaign_id, annotator)
    state = Qualification(ended, rules.qualify, rules.pass_percent)
    if not state.is_open:
        return state
    said = _said(db, found, annotator, state)
    if len(said) < rules.qualify:
        return _going_on(db, found, annotator, state, said)
    right = sum(said.values())
    passed = 100 * right >= rules.pass_percent * len(said)
    ended = qualifying.end(db, found.campaign_id, annotator, right, len(said), passed, now)
    return Qualification(ended, rules.qualify, rules.pass_percent, len(said), now=True)


def _said(db: Db, found: Round, annotator: str, state: Qualification) -> dict[str, bool]:
    """Return which known ones a person has answered in this attempt, and whether rightly."""
    ids = [one.id for one in campaigns.list_rounds(db, found.campaign_id)]
    return qualifying.said(db, ids, annotator, state.ended.after)


def _going_on(db: Db, found: Round, annotator: str, state: Qualification, said: Mapping[str, bool]) -> Qualification:
    """Return an attempt under way with its answers, and what is left for the person to be asked."""
    items = [item for item in qualifying.askable(db, found.id, annotator) if item[0] not in said]
    return replace(state, answers=len(said), items=items)


def lay(db: Db, found: Round, annotator: str, state: Qualification, n: int, now: float) -> list[Proposal]:
    """Lay up to n of the items that are left before a person, those there already first.

    Those come first that they were never asked, in an order that follows from the campaign, the person and the attempt;
    then what they answered or skipped longest ago.
    """
    wanted = min(n, state.left)
    before = gold_queue.held(db, found.id, annotator, now)
    here = [item.proposal for item in before if item.check is Check.QUALIFYING][:wanted]
    taken = {item.id for item in here}
    seed = f"{found.campaign_id}/{annotator}/{state.ended.after}"
    free = sorted(state.items, key=lambda item: (item[1], _drawn(seed, item[0])))
    for one in [one for one, _ in free if one not in taken][: wanted - len(here)]:
        gold_queue.lay(db, found.id, one, annotator, Check.QUALIFYING, now)
        here += proposals.get_many(db, [one])
    return here


def _drawn(seed: str, proposal_id: str) -> bytes:
    return hashlib.sha256(f"{seed}/{proposal_id}".encode()).digest()
