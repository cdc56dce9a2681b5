"""What a repair makes of each verdict, to be written down: so one can see later which weights hold it."""

from __future__ import annotations

from faded.labeling.chosen import ToLearn
from faded.repair.pairs import preferred, ranked
from faded.store import lineage
from faded.store.engine import Db
from faded.store.lineage import Lessons, Use


def lessons_of(db: Db, found: ToLearn) -> Lessons:
    """Return which verdict events become pairs or rankings, and which have confirmed a mode that is re-applied.

    Args:
        db: The transaction in which `found` was read.
        found: What the repair learns from.
    """
    modes = set(found.modes)
    made = [(j, Use.MODE) for j in found.standing if j.key in modes]
    made += [(j, Use.PAIR) for j in found.heeded if preferred(j, found.answered[j.proposal_id]) is not None]
    made += [(j, Use.RANKING) for j in found.ranked if ranked(j) is not None]
    events = lineage.standing_events(db, [j.proposal_id for j in found.standing])
    return [(events[judgement.proposal_id], use) for judgement, use in made]
