"""How earlier rounds and verdicts steer a round's exploring: what is known before it, and what verdicts taught so far.

Verdicts are read before the first query and then at batch boundaries. Every reading that met another verdict event is
logged with the batch's number and that event's, and every one that changed what was learned with its own. What is in
force is kept in the checkpoint: a resumed run goes on as an unbroken one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from faded.concepts.spec import ConceptSpace
from faded.domain import Judgement, Mode, ModeKey
from faded.exploration.confirmation import Confirmation, learn
from faded.exploration.env import Asked, ExploreEnv
from faded.exploration.frame import Frame
from faded.exploration.places import Judged
from faded.exploration.steering import Known, Weigh
from faded.jobs.desk import Desk
from faded.store import campaigns, events, trials, verdicts
from faded.store.campaigns import HEARD, TAUGHT, Round
from faded.store.engine import Store

REREAD = 0.05
"""Verdicts are learned from anew once they have changed by this share of those known: the fit takes a tenth of a second
at a hundred verdicts and seconds at a thousand, where one more says little."""


NO_CELLS = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True)
class Earlier:
    """What earlier rounds on the same weights found.

    Attributes:
        known: Their trials, as the environment takes them.
        unjudged: Those of them that no verdict stands on, as they are stored.
    """

    known: Known
    unjudged: list[trials.TrialRow]


def read_earlier(store: Store, round_: Round, frame: Frame, space: ConceptSpace) -> Earlier:
    """Read the trials of earlier rounds on the same weights; each (sample, cell) is among them once."""
    with store.read() as db:
        before = [r.id for r in campaigns.on_same_weights(db, round_.id)][:-1]
        rows = [row for id_ in before for row in trials.after(db, id_) if row.counted]
        judged = {(j.sample_id, space.index(j.key.cell)) for j in verdicts.standing(db, *before)}
    place = {sample_id: i for i, sample_id in enumerate(frame.sample_ids)}
    known = Known(
        np.array([place[r.sample_id] for r in rows], dtype=np.int64),
        np.array([r.cell for r in rows], dtype=np.int64),
        np.array([r.failed for r in rows], dtype=np.bool_),
    )
    return Earlier(known, [r for r in rows if (r.sample_id, r.cell) not in judged])


class Steering:
    """Reads the campaign's verdicts, keeps the model of them, and counts what it says of the failures found.

    Args:
        round_: The round that explores.
        space: The concepts.
        frame: The explore frame.

    Attributes:
        model: What verdicts taught; None while there is none that says anything.
        readings: The log: for every reading that changed the model, the batch's number and the verdicts known.
        heard: The other log: for every reading that met new events of this round, the batch's number and that of the
            last event.
    """

    def __init__(self, round_: Round, space: ConceptSpace, frame: Frame) -> None:
        self._round, self._space, self._frame = round_, space, frame
        self._judged = Judged.from_json([])
        self._found: Counter[tuple[bool, int, int]] = Counter()
        self.model: Confirmation | None = None
        self.readings: list[dict[str, int]] = []
        self.heard: list[dict[str, int]] = []

    @property
    def weigh(self) -> Weigh | None:
        """What a failure is worth finding, by stratum and numbers of cells; None before any verdict."""
        if self.model is not None:
            return self.model.weights
        n_strata = len(self._frame.strata)
        return (lambda numbers: np.ones((n_strata, len(numbers)))) if self.readings else None

    def read(self, desk: Desk, batch: int) -> tuple[bool, list[Judgement]]:
        """Read the verdicts of this round and of all before it in one snapshot, and learn from them.

        Args:
            desk: The job.
            batch: Number of the batch before which it is read.

        Returns:
            Whether the model changed, and the verdicts that stand on the round's weights.
        """
        desk.before_reading(batch)
        with desk.store.read() as db:
            event = events.last(db, self._round.id)
            of_campaign = campaigns.list_rounds(db, self._round.campaign_id)
            ids = [r.id for r in of_campaign if r.number <= self._round.number]
            judged = Judged.of(self._space, self._frame.strata, verdicts.standing(db, *ids))
            on_same_weights = verdicts.on_same_weights(db, self._round.id)
        if event is not None and event != (self.heard[-1]["event"] if self.heard else None):
            self.heard.append({"batch": batch, "event": event})
        return self._learn_anew(judged, batch), on_same_weights

    def _learn_anew(self, judged: Judged, batch: int) -> bool:
        """Learn from verdicts, where enough of them have changed; return whether the model did."""
        if judged.changes_from(self._judged) <= REREAD * self._judged.total:
            return False
        self._learn(judged)
        self.readings.append({"batch": batch, "verdicts": judged.total})
        return True

    def count(self, asked: Asked) -> None:
        """Remember the failures of a batch."""
        found = asked.failed & asked.counted
        strata = self._frame.stratum[asked.rows[found]].tolist()
        self._found.update(zip(asked.control[found].tolist(), strata, asked.cells[found].tolist(), strict=True))

    def numbers(self) -> dict[str, float]:
        """Return what the page plots; nothing before any verdict."""
        if self.model is None:
            return {}
        shares = {
            "confirm_share_expected": self._expected_share(self.model, control=False),
            "confirm_share_control": self._expected_share(self.model, control=True),
        }
        known = {name: round(value, 4) for name, value in shares.items() if value is not None}
        return {"verdicts_used": self._judged.total, **known}

    def _expected_share(self, model: Confirmation, control: bool) -> float | None:
        """Return the share of the failures found that would be confirmed, None of none."""
        found = [(stratum, cell, count) for (by, stratum, cell), count in self._found.items() if by == control]
        table = np.array(found, dtype=np.int64).reshape(-1, 3)
        numbers, columns = np.unique(table[:, 1], return_inverse=True)
        failures = np.zeros((len(self._frame.strata), len(numbers)))
        np.add.at(failures, (table[:, 0], columns), table[:, 2])
        return model.expected_share(failures, numbers)

    def mode_weights(self, found: Sequence[Mode]) -> Mapping[ModeKey, float]:
        """Return what verdicts say that asking about modes is worth."""
        if self.model is None:
            return {}
        place = {name: i for i, name in enumerate(self._frame.strata)}
        hopes = self.model.hopes(self._space.indices([m.key.cell for m in found]) if found else NO_CELLS)
        return {m.key: float(hopes[place[m.key.stratum], i]) for i, m in enumerate(found)}

    def summary(self, env: ExploreEnv, batch: int) -> dict[str, Any]:
        """Return what the round's summary says of it: before any verdict, only when verdicts were looked for."""
        heard = {HEARD: list(self.heard)}
        if self.model is None:
            return heard
        landscape = env.landscape
        rates = landscape.found()
        said = self.model.to_json(rates, landscape.cells.numbers)
        shares = dict(zip(self._frame.strata, env.shares().tolist(), strict=True))
        by_chance = dict(zip(self._frame.strata, env.shares(steered=False).tolist(), strict=True))
        for row in said["strata"]:
            row["share"] = round(shares[row["stratum"]], 4)
            row["share_without"] = round(by_chance[row["stratum"]], 4)
        return heard | {TAUGHT: said | {"batch": batch, "readings": list(self.readings)}}

    def state_dict(self) -> dict[str, Any]:
        """Return everything that changes."""
        logs = {"readings": list(self.readings), "heard": list(self.heard)}
        return logs | {"judged": self._judged.to_json(), "found": [[*key, count] for key, count in self._found.items()]}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from where `state_dict` was taken."""
        self._learn(Judged.from_json(state["judged"]))
        self.readings = list(state["readings"])
        self.heard = list(state.get("heard", ()))  # a checkpoint of an earlier version has none
        found = state["found"]
        if isinstance(found, np.ndarray):  # a table, in a checkpoint of an earlier version
            found = [[*place, int(found[tuple(place)])] for place in np.argwhere(found).tolist()]
        self._found = Counter({(bool(by), stratum, cell): count for by, stratum, cell, count in found})

    def _learn(self, judged: Judged) -> None:
        self._judged = judged
        self.model = learn(self._space, self._frame.strata, judged)
