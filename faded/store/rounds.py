"""How a campaign goes on: a round is decided; when the next may begin, on which weights, with which verify fold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import update

from faded.config import CampaignConfig
from faded.domain import FadedError
from faded.stages import EXPLORE, VERIFY
from faded.store import campaigns, jobs, labeling_rules, trials
from faded.store.campaigns import DECIDED_BY, FOLD, MEASURED, SPLITS, STARTED_BY, Campaign, Round, RoundState
from faded.store.engine import Db
from faded.store.jobs import JobState
from faded.store.schema import rounds


def begin_campaign(
    db: Db, config: CampaignConfig, now: float, by: str | None = None, beside: Sequence[object] = ()
) -> tuple[Campaign, Round]:
    """Register a campaign under a free name, with its first round, and enqueue the exploration.

    Args:
        db: The transaction.
        config: The campaign.
        now: Seconds since 1970.
        by: Who began it, where a person did.
        beside: What is in the name's hash beside the configuration, see `CampaignConfig.digest`.
    """
    name = campaigns.free_name(db, f"{config.stem}-{config.digest(*beside)}")
    campaign = campaigns.create_campaign(db, name, config.to_json(), now)
    found = campaigns.create_round(db, campaign.id, now=now, summary=None if by is None else {STARTED_BY: by})
    jobs.enqueue(db, found.id, EXPLORE, now=now)
    return campaign, found


def decide(db: Db, round_id: int, state: RoundState, by: str, now: float) -> Round:
    """Accept an open round or roll it back; the rules of its labeling stay with it, whatever its campaign's become.

    Raises:
        FadedError: the round is decided already, or there is none.
    """
    before = campaigns.get_round(db, round_id)
    if before.state is not RoundState.OPEN:
        raise FadedError(
            f"Round {before.number} was {before.state.value.replace('_', ' ')} by {before.decided_by} already: "
            "start another round."
        )
    changes: dict[str, Any] = {"state": state.value, "decided_by": by, "decided_at": now}
    if (kept := labeling_rules.kept(db, before.campaign_id)) is not None:
        changes["summary"] = before.summary | {DECIDED_BY: kept}
    db.execute(update(rounds).where(rounds.c.id == round_id).values(changes))
    return campaigns.get_round(db, round_id)


def begin_next_round(db: Db, round_id: int, now: float, by: str) -> Round:
    """Begin the next round after this one and enqueue its exploring.

    After an accepted repair it begins with the repaired weights; after one that was rolled back with those that this
    round began with. A round that is explored but not decided may be followed too: exploring goes on, on the same
    weights, with what the verdicts taught. It stays as it is; its trials and verdicts count in the next one.

    Args:
        db: A write transaction.
        round_id: The campaign's newest round.
        now: Seconds since 1970.
        by: Who begins it.

    Raises:
        FadedError: the round is not ready to be followed, or there is no verify fold left.
    """
    before = campaigns.get_round(db, round_id)
    missing = missing_for_next(db, before)
    if missing:
        raise FadedError(missing)
    accepted = before.state is RoundState.ACCEPTED
    found = campaigns.create_round(
        db,
        before.campaign_id,
        now=now,
        fingerprint_before=before.fingerprint_after if accepted else before.fingerprint_before,
        weights=before.repaired if accepted else before.weights,
        summary={
            STARTED_BY: by,
            FOLD: free_fold(db, before.campaign_id),
            SPLITS: _same_for_all(before),
            MEASURED: before.summary.get(MEASURED, {}),
        },
    )
    jobs.enqueue(db, found.id, EXPLORE, now=now)
    return found


def followed_by(db: Db, round_: Round) -> int | None:
    """Return the number of the campaign's newest round where that is another, None where it is this one."""
    newest = campaigns.latest_round(db, round_.campaign_id)
    return None if newest is None or newest.id == round_.id else newest.number


def check_newest(db: Db, round_: Round) -> None:
    """See that nothing is done to a round whose trials and verdicts count in a later one already.

    Raises:
        FadedError: the round has been followed by another.
    """
    newest = followed_by(db, round_)
    if newest is not None:
        raise FadedError(
            f"Round {round_.number} has been followed by round {newest} already, which goes on with what it found: "
            "choose that one at the top of the page."
        )


def missing_for_next(db: Db, before: Round) -> str:
    """Say what is missing before a round may be followed by the next; empty where nothing is."""
    name = f"Round {before.number}"
    if before.elsewhere:
        return f"{name} is explored elsewhere, and goes on there: here people label what it found."
    newest = followed_by(db, before)
    if newest is not None:
        return f"{name} has been followed by round {newest} already: go on from that one."
    of_round = jobs.list_for_round(db, before.id)
    for job in of_round:
        if job.state in (JobState.QUEUED, JobState.RUNNING):
            return f"{name} is being worked on ({job.kind} is {job.state.value}): wait for its end, or stop it first."
    if before.state is RoundState.OPEN:
        verified = [j for j in of_round if j.kind == VERIFY]
        if verified and verified[-1].state is JobState.DONE:
            return f"The repair of {name.lower()} is verified and not decided: accept it or roll it back first."
        if trials.counts(db, before.id).queries == 0:
            return f"{name} has not explored yet, so there is nothing to go on from: let it explore first."
    free = free_fold(db, before.campaign_id)
    if free is None:
        return (
            "Every verify fold of this campaign has been used, so a next round could not be verified: start a campaign "
            "with more verify folds (--verify-folds), or with more data to verify on."
        )
    return ""


def free_fold(db: Db, campaign_id: int) -> int | None:
    """Return the number of the first verify fold that no round has verified on, from 1; None where none is left.

    A round that never verifies leaves its fold to the next. A demo draws fresh inputs for every fold, so it has one
    always.
    """
    config = CampaignConfig.from_json(campaigns.get_campaign(db, campaign_id).config)
    used = {r.fold for r in campaigns.list_rounds(db, campaign_id) if has_verified(db, r.id)}
    free = next(n for n in range(1, len(used) + 2) if n not in used)
    return free if config.demo is not None or free <= config.verify_folds else None


def _same_for_all(before: Round) -> dict[str, str]:
    """Return the hashes of the splits that every round of a campaign works with."""
    known = before.summary.get(SPLITS, {})
    return {name: known[name] for name in ("explore", "tune") if name in known}


def has_verified(db: Db, round_id: int) -> bool:
    """Return whether the round has seen its verify fold, or is about to."""
    return any(job.kind == VERIFY for job in jobs.list_for_round(db, round_id))
