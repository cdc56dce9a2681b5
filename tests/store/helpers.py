"""Rounds and proposals for the tests of store and labeling."""

from faded.domain import ModeKey, Proposal
from faded.store import campaigns, proposals
from faded.store.engine import Store


def new_round(store: Store, name: str = "signs") -> int:
    with store.write() as db:
        campaign = campaigns.create_campaign(db, name, {"bound": 0.5}, now=1.0)
        return campaigns.create_round(db, campaign.id, now=1.0).id


def proposal(key: ModeKey, sample: str, **fields) -> Proposal:
    name = f"{key.stratum}-{'.'.join(map(str, key.cell))}-{sample}"
    given = {"answer": "yield", "reference": "stop", "discrepancy": 0.7, "setting": "Turned by 30 degrees."}
    return Proposal(id=name, sample_id=sample, key=key, **(given | fields))


def fill(store: Store, round_id: int, modes: dict[ModeKey, tuple[float, int]]) -> dict[ModeKey, list[Proposal]]:
    """Add proposals; `modes` says the score and the number of proposals of each."""
    made = {key: [proposal(key, f"{key.stratum}{i}") for i in range(n)] for key, (_, n) in modes.items()}
    with store.write() as db:
        for items in made.values():
            proposals.add_many(db, round_id, items, {key: score for key, (score, _) in modes.items()})
    return made
