"""What the page Landscape lets people do: choose the modes to fade. Called by the page's own script."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import gradio as gr

from faded.domain import FadedError, ModeKey
from faded.labeling.decided import confirmed_modes
from faded.store import campaigns, verdicts
from faded.store.engine import Store
from faded.ui.auth import User
from faded.ui.guarded import Answer, guarded
from faded.ui.page import whole_number
from faded.ui.policy import Permission


def server_functions(store: Store) -> list[Callable[..., Answer]]:
    """Return the functions of the card, bound to a store."""

    def landscape_choose(asked: dict[str, Any], request: gr.Request) -> Answer:
        """Keep which confirmed modes are ticked."""

        def work(_user: User) -> Answer:
            choose(store, asked.get("round"), asked.get("modes"))
            return {}

        return guarded(request, Permission.RUN, work)

    return [landscape_choose]


def choose(store: Store, round_id: Any, ticked: Any) -> None:
    """Keep the ticked modes for the round's repair; all of them ticked means all, those to come included.

    Args:
        store: The open store.
        round_id: The round, as the page names it.
        ticked: The modes as the page names them: JSON of level indices and stratum.

    Raises:
        FadedError: nothing is ticked, a mode is not confirmed, the page sent nonsense, or the round is decided.
    """
    number = whole_number(round_id)
    if number is None:
        raise FadedError(f"The page named the round {round_id!r}: reload it.")
    wanted = set(_keys(ticked))
    with store.write() as db:
        confirmed = confirmed_modes(verdicts.on_same_weights(db, number))
        unknown = wanted - set(confirmed)
        if unknown:
            raise FadedError(f"{unknown.pop().stratum!r} with that setting is not confirmed any more: reload the page.")
        kept = [key for key in confirmed if key in wanted]
        campaigns.choose_modes(db, number, None if kept == confirmed and kept else kept)


def _keys(ticked: Any) -> list[ModeKey]:
    try:
        named = [json.loads(one) for one in ticked]
        return [ModeKey(tuple(int(level) for level in cell), str(stratum)) for cell, stratum in named]
    except (TypeError, ValueError) as error:
        raise FadedError("The page sent modes that cannot be read: reload it.") from error
