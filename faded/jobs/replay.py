"""Runs a reported round again, from its configuration, seeds and recorded verdicts, and says what differs."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

from faded import runtime
from faded.config import CampaignConfig
from faded.domain import FadedError
from faded.jobs.context import Context, prepare
from faded.jobs.desk import Say
from faded.jobs.given_again import GivenAgain
from faded.jobs.headless import run_stage
from faded.jobs.run import Runner
from faded.jobs.unchanged import changed_weights, changes
from faded.report.collect import RUN, config_of, report
from faded.report.compare import differences
from faded.stages import EXPLORE, REPAIR, VERIFY
from faded.store import campaigns, jobs, labeling_rules, rounds
from faded.store.campaigns import CHOSEN, RoundState
from faded.store.engine import Store

SCHEMA = 1
"""Version of the printed object."""

WHO = "replay"
"""Under which name stages are run and a decision is taken again."""


def replay(store: Store, values: Mapping[str, Any], say: Say) -> dict[str, Any]:
    """Run the round of a report again, as far as it had come.

    Args:
        store: An empty store.
        values: The report's JSON object.
        say: Told of progress.

    Returns:
        The printed object: `same`; `differences`, each with its place; `software`, what is not as it was; `not_given`,
        the recorded events that found no proposal of theirs.

    Raises:
        FadedError: the round cannot be run again, its data or weights have changed or are missing, the store is not
            empty, or a stage failed.
    """
    check_can_be_replayed(values)
    with store.read() as db:
        if campaigns.list_campaigns(db):
            raise FadedError(f"The workspace {store.workspace} holds campaigns: name a new or empty folder.")
    began = time.monotonic()
    config = CampaignConfig.from_json(config_of(values))
    noted = values[RUN]["software"][EXPLORE][-1]
    runtime.start(config.seed, int(noted["threads"]))
    context = prepare(config, values["tested"]["fold"], lambda message: say(EXPLORE, 0.0, message))
    _check_unchanged(values, context)
    round_id, lost = _run(store, values, config, context, say)
    again = json.loads(json.dumps(report(store, round_id).values, allow_nan=False))
    found = differences(values, again)
    now = runtime.software()
    return {
        "schema": SCHEMA,
        "same": not found and not lost,
        "differences": found,
        "software": {
            name: [noted.get(name), now.get(name)]
            for name in dict.fromkeys((*noted, *now))
            if noted.get(name) != now.get(name)
        },
        "not_given": lost,
        "seconds": round(time.monotonic() - began, 2),
    }


def check_can_be_replayed(values: Mapping[str, Any]) -> None:
    """See that a report holds all that its round hung on.

    Raises:
        FadedError: it does not; the message says why.
    """
    number, noted = values["round"]["number"], values[RUN]["software"]
    if number != 1:
        raise FadedError(
            f"This is the report of round {number} of its campaign, which verdicts of earlier rounds steered: they "
            "are not in it. Only the first round of a campaign can be replayed."
        )
    for stage, told in ((EXPLORE, values["explored"]), (REPAIR, values["repair"])):
        if told is not None and stage not in noted:
            raise FadedError(
                f"The stage {stage} of this round ran before it was written down which verdicts it had read, so they "
                "cannot be given again at the same point: such a round cannot be replayed."
            )
        if told is not None and (told["stopped"] or told.get("stops")):
            raise FadedError(
                f"The stage {stage} of this round was stopped by a person, at a moment that cannot be found again: "
                "only stages that nobody stopped can be replayed."
            )


def _check_unchanged(values: Mapping[str, Any], context: Context) -> None:
    tested, places = values["tested"], values[RUN]["places"]
    changed = changes(tested["splits"], context.splits(), tested["measured_with"], context.measured)
    changed += changed_weights(tested["weights_before"], context.fingerprint)
    if changed:
        where = ", ".join(f"{name} {place}" for name, place in places.items() if place) or values[RUN]["target"]
        raise FadedError(
            f"The round cannot be replayed, for since it ran something has changed: {', '.join(changed)}. Put back "
            f"what was there: {where}."
        )


def _run(
    store: Store, values: Mapping[str, Any], config: CampaignConfig, context: Context, say: Say
) -> tuple[int, int]:
    """Run the stages; return the round, and how many recorded events could not be given."""
    with store.write() as db:
        now = time.time()
        campaign = campaigns.create_campaign(db, values[RUN]["campaign"], config.to_json(), now)
        round_ = campaigns.create_round(db, campaign.id, now=now)
        labeling_rules.take(db, campaign.id, values["verdicts"].get("rules"))
        jobs.enqueue(db, round_.id, EXPLORE, now=now)
    simulated = frozenset(a["annotator"] for a in values["verdicts"]["annotators"] if a["simulated"])
    again = GivenAgain(store, round_.id, context.space, values["events"], simulated)
    runner = Runner(store, WHO, say, again.before_reading)
    runner.hand(round_, context)
    run_stage(store, runner, round_.id, EXPLORE)
    repair = values["repair"]
    if repair is not None:
        again.before_repair()
        if repair["chosen"] is not None:
            with store.write() as db:
                campaigns.update_round(db, round_.id, summary={CHOSEN: repair["chosen"]})
        run_stage(store, runner, round_.id, REPAIR, repair["params"])
    again.rest()
    if values["verification"] is not None:
        run_stage(store, runner, round_.id, VERIFY)
    state = RoundState(values["round"]["state"])
    if state is not RoundState.OPEN:
        with store.write() as db:
            rounds.decide(db, round_.id, state, WHO, time.time())
    return round_.id, again.lost
