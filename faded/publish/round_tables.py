"""What a round has to publish: what people said, what they said it of, and the pairs that a repair learns from."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from faded.concepts.spec import ConceptSpace
from faded.config import CampaignConfig
from faded.domain import FadedError, Judgement, Proposal
from faded.labeling.chosen import read_to_learn
from faded.publish.tables import Column, Holds, Picture, Row, Table, Value
from faded.repair.pairs import preferred, ranked
from faded.stages import round_called
from faded.store import blobs, campaigns, events, proposals
from faded.store.campaigns import Round
from faded.store.engine import Store
from faded.store.events import Event
from faded.store.ratings import PICTURES
from faded.tasks import DRAWING, IMAGE, TEXT

TASK_OF = {"picture": IMAGE, "text": TEXT, "pictures": DRAWING}
"""The task by what a round's summary calls its evidence."""

STATED = (
    Column("answer", Holds.TEXT, "the right answer, where a confirmation states one"),
    Column("annotator", Holds.TEXT, "who gave it"),
    Column("created_at", Holds.NUMBER, "when, seconds since 1970"),
    Column("bias", Holds.WHOLE, "of a set of pictures: how biased it is, 1 to 10, -1 where that makes no sense"),
    Column("quality", Holds.WHOLE, "of a set of pictures: how good they are, likewise"),
    Column("best", Holds.WHOLE, "of a set of pictures: number of the best one, counted from 0"),
    Column("worst", Holds.WHOLE, "of a set of pictures: number of the worst one"),
)
"""What a verdict comes with."""

PROPOSED = Column("proposal_id", Holds.TEXT, "the proposal that it is about")
VERDICT = Column("verdict", Holds.TEXT, "`confirm`, `reject`, `invalid` or `unsure`")

EVENTS = (
    Column("id", Holds.WHOLE, "number of the event; they are in order"),
    PROPOSED,
    Column("kind", Holds.TEXT, "`verdict`, `skip`, `flag` or `undo`"),
    VERDICT,
    *STATED,
    Column("reason", Holds.TEXT, "of a flag: why"),
    Column("undoes", Holds.WHOLE, "of an undo: the event that it takes back"),
    Column("visible_ms", Holds.WHOLE, "how long the person saw the proposal, milliseconds"),
    Column("guidelines", Holds.TEXT, "version of the guidelines that were before the person"),
    Column("check", Holds.TEXT, "`silent` or `qualification`: it answers a known one, and is nobody's opinion"),
)
STANDING = (PROPOSED, VERDICT, *STATED)

OF_A_PROPOSAL = (
    Column("sample_id", Holds.TEXT, "the input: a hash of it"),
    Column("stratum", Holds.TEXT, "what failures are counted within, such as the true class"),
    Column("setting", Holds.TEXT, "the edit in words"),
)


@dataclass(frozen=True, slots=True)
class Published:
    """A round as it is published.

    Attributes:
        campaign: Name of its campaign.
        number: Of the round in it.
        task: What the target does, one of `config.TASKS`.
        config: The campaign's configuration.
        anonymous: Whether annotators go by numbers.
        tables: Its tables, in the order in which they are told of.
    """

    campaign: str
    number: int
    task: str
    config: CampaignConfig
    anonymous: bool
    tables: tuple[Table, ...]


def read_round(store: Store, round_id: int, anonymous: bool = False) -> Published:
    """Read everything that is published of a round, in one snapshot.

    Pairs are those of the round's own verdicts that a repair which began now would learn from.

    Args:
        store: The open store.
        round_id: The round.
        anonymous: Whether annotators go by numbers, in the order of their first events, instead of their names.

    Raises:
        FadedError: there is no such round, or it has not explored yet.
    """
    with store.read() as db:
        found = campaigns.get_round(db, round_id)
        campaign = campaigns.get_campaign(db, found.campaign_id)
        proposed, log = proposals.of_round(db, round_id), events.of_round(db, round_id)
        if not proposed:
            raise FadedError(
                f"There is nothing to export: {round_called(round_id, found.number, campaign.name)} has no proposals "
                "yet; let it explore first."
            )
        learned = read_to_learn(db, found)
    task = TASK_OF[found.summary.get("evidence", "picture")]
    names = dict.fromkeys(e.annotator for e in log)
    called = {name: f"annotator-{i}" if anonymous else name for i, name in enumerate(names, 1)}
    heeded = learned.ranked if task == DRAWING else learned.heeded
    tables = (
        Table("verdicts", "an event: everything that annotators did, in order", EVENTS, _events(log, EVENTS, called)),
        Table(
            "adjudicated",
            "a proposal for which a verdict stands, with the latest event that gives it: of one person their "
            "latest that was not taken back, of several what the campaign's rules make of theirs, or an adjudication",
            STANDING,
            _events([e for e in log if e.stands], STANDING, called),
        ),
        _proposals(store, found, proposed, task),
        _pairs(store, heeded, {p.id: p for p in proposed}, task),
    )
    config = CampaignConfig.from_json(campaign.config)
    return Published(campaign.name, found.number, task, config, anonymous, tables)


def _events(log: Sequence[Event], columns: Sequence[Column], called: dict[str, str]) -> tuple[Row, ...]:
    def row(event: Event) -> Row:
        verdict = None if event.verdict is None else event.verdict.value
        said = {"kind": event.kind.value, "verdict": verdict, "annotator": called[event.annotator]}
        said |= asdict(event.ratings) | {"check": None if event.check is None else event.check.value}
        return {c.name: said[c.name] if c.name in said else getattr(event, c.name) for c in columns}

    return tuple(map(row, log))


def _proposals(store: Store, found: Round, proposed: Sequence[Proposal], task: str) -> Table:
    """Return the proposals with their evidence."""
    space = ConceptSpace.from_json(found.summary["space"])
    names = tuple(spec.name for spec in space.specs)
    shown = Holds.TEXT if task == TEXT else Holds.PICTURE
    what = {
        IMAGE: "the picture",
        TEXT: "the article",
        DRAWING: "the set of pictures drawn, side by side, row by row from the left,",
    }[task]
    columns = (
        Column("id", Holds.TEXT, "the proposal; `proposal_id` in the other tables"),
        *OF_A_PROPOSAL,
        Column("cell", Holds.TEXT, "the edit as one level per concept, counted from 0"),
        Column("levels", Holds.NUMBERS, "the level of each concept, in the concept's own unit", names),
        Column("answer", Holds.TEXT, "what the target answered under the setting"),
        Column("reference", Holds.TEXT, "what it should have answered, where the data say so"),
        Column("clean_answer", Holds.TEXT, "what the original target answered without the edit"),
        Column("discrepancy", Holds.NUMBER, "how wrong the answer was, by the campaign's measure"),
        Column("details", Holds.TEXT, "what people were shown beside it, or after their verdict, as JSON"),
        Column("original", shown, f"{what} without the edit"),
        Column("edited", shown, f"{what} under the setting"),
    )

    def row(p: Proposal) -> Row:
        values = space.values([p.key.cell])[0].tolist()
        return _of(p) | {
            "id": p.id,
            "cell": ",".join(map(str, p.key.cell)),
            "levels": dict(zip(names, values, strict=True)),
            "answer": p.answer,
            "reference": p.reference,
            "clean_answer": p.clean_answer,
            "discrepancy": p.discrepancy,
            "details": json.dumps(p.details, ensure_ascii=False, sort_keys=True),
            "original": _evidence(store, p.original, shown),
            "edited": _evidence(store, p.edited, shown),
        }

    says = "a proposal: an input, an edit of it and the target's answer, put before people as a failure"
    return Table("proposals", says, columns, tuple(row(p) for p in proposed))


def _pairs(store: Store, heeded: Sequence[Judgement], shown: dict[str, Proposal], task: str) -> Table:
    """Return the pairs, each with the input under its setting."""
    prompt = Holds.PICTURE if task == IMAGE else Holds.TEXT
    answers = Holds.PICTURE if task == DRAWING else Holds.TEXT
    what = {
        IMAGE: ("the picture under the setting", "the class to be preferred"),
        TEXT: ("the article under the setting", "the summary to be preferred"),
        DRAWING: ("the prompt under the setting", "the picture called the best of the set"),
    }[task]
    columns = (
        PROPOSED,
        *OF_A_PROPOSAL,
        VERDICT,
        Column("prompt", prompt, what[0]),
        Column("chosen", answers, what[1]),
        Column("rejected", answers, "the picture called the worst of it" if task == DRAWING else "the other one"),
    )
    rows: list[Row] = []
    for judgement in heeded:
        proposal = shown.get(judgement.proposal_id)
        if proposal is None:  # of an earlier round on the same weights: it is published with that one
            continue
        if task == DRAWING:
            pair: tuple[Value, Value] | None = _pictures(judgement, proposal)
            given: Value = str(proposal.details.get("prompt") or proposal.setting)
        else:
            pair, given = preferred(judgement, proposal), _evidence(store, proposal.edited, prompt)
        if pair is not None:
            about = {"proposal_id": proposal.id, "verdict": judgement.verdict.value}
            rows.append(_of(proposal) | about | {"prompt": given, "chosen": pair[0], "rejected": pair[1]})
    return Table("pairs", "a preference that the verdicts make, as a repair learns it", columns, tuple(rows))


def _pictures(judgement: Judgement, proposal: Proposal) -> tuple[Picture, Picture] | None:
    chosen = ranked(judgement)
    if chosen is None:
        return None
    count = int(proposal.details[PICTURES])  # type: ignore[arg-type]  # a set was ranked, so it has its number
    return Picture(proposal.edited, chosen[0], count), Picture(proposal.edited, chosen[1], count)


def _of(proposal: Proposal) -> dict[str, Value]:
    return {"sample_id": proposal.sample_id, "stratum": proposal.key.stratum, "setting": proposal.setting}


def _evidence(store: Store, digest: str, shown: Holds) -> Value:
    return Picture(digest) if shown is Holds.PICTURE else blobs.get(store.workspace, digest).decode()
