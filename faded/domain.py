"""The words of the project as frozen records.

Every stage speaks in these. They are generic in the payload of a sample (a picture, an article, a prompt), so that
nothing that only moves records about needs to know the task. Standard library only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Generic, Protocol, TypeVar

VERSION = "0.1.0"
"""Of Faded; the package's metadata take it from here."""

Payload = TypeVar("Payload")

Cell = tuple[int, ...]
"""One level index per concept."""

Values = tuple[float, ...]
"""One level value per concept, in the concept's own unit; may lie between the levels."""

Details = dict[str, str | float | None]
"""What a card shows beside an answer, such as the confidence; JSON values only."""


class Kind(StrEnum):
    """What the levels of a concept mean to each other."""

    ORDINAL = "ordinal"
    CIRCULAR = "circular"
    NOMINAL = "nominal"


class Verdict(StrEnum):
    """What an annotator says of a proposal."""

    CONFIRM = "confirm"
    """The target is wrong and the input is fair."""
    REJECT = "reject"
    """The target's answer is right for the input as edited."""
    INVALID = "invalid"
    """The edit destroyed the input, or changed its true answer and the target is wrong too."""
    UNSURE = "unsure"


class Role(IntEnum):
    """What somebody may do; each includes the ones before."""

    ANNOTATOR = 1
    """Look and label."""
    MANAGER = 2
    """Start, stop, repair, decide."""
    ADMIN = 3
    """Name files and functions of the machine, and say who may come in: whoever started the app there."""

    @property
    def word(self) -> str:
        """The role as it is written: "admin"."""
        return self.name.lower()

    @classmethod
    def of(cls, word: str) -> Role:
        """Return the role that is written so.

        Raises:
            KeyError: there is none.
        """
        return cls[word.upper()]


class FadedError(Exception):
    """Something a person can mend: the message names the value and the remedy. The command line exits with 2."""


class Stopped(Exception):
    """Somebody stopped the work; nothing is wrong with it, and it can go on. The command line exits with 1."""


class TargetError(FadedError):
    """The target failed or answered with something that is no answer (NaN, a wrong shape)."""


@dataclass(frozen=True, slots=True)
class Sample(Generic[Payload]):
    """One input with its reference.

    Attributes:
        id: Hash of the payload, 16 hexadecimal digits: the same input has the same id everywhere.
        payload: The input itself.
        reference: The true answer in words, None where there is none.
        stratum: What failures are counted within (for classification: the true class, or the predicted one).
        clean_answer: Where there is no reference: what the original target answers under the clean control.
    """

    id: str
    payload: Payload
    reference: str | None
    stratum: str
    clean_answer: str | None = None

    @property
    def expected(self) -> str | None:
        """What the answer should be under an edit that does not change it: the reference, else the clean answer."""
        return self.clean_answer if self.reference is None else self.reference


@dataclass(frozen=True, slots=True)
class ModeKey:
    """What a mode is: a cell within a stratum."""

    cell: Cell
    stratum: str


@dataclass(frozen=True, slots=True)
class Mode:
    """A mode with the evidence for it.

    Attributes:
        key: The cell and the stratum.
        trials: Own trials, on distinct samples.
        failures: Trials that failed.
        rate: Posterior mean of the induced rate, strength borrowed across levels and strata.
        low: Lower end of the rate's 90% credible interval.
        high: Upper end of it.
        probability: P(rate > bound) by the landscape's posterior.
        established: Whether the cell's and stratum's own trials alone say the same.
    """

    key: ModeKey
    trials: int
    failures: int
    rate: float
    low: float
    high: float
    probability: float
    established: bool


@dataclass(frozen=True, slots=True)
class Trial:
    """One answered query.

    Attributes:
        sample_id: The sample asked about.
        key: The setting and the sample's stratum.
        failed: Whether the discrepancy was above the threshold.
        discrepancy: The measured discrepancy.
        answer: What the target said.
        control: Whether it was a control query (drawn uniformly).
        details: What a card shows beside the answer, where it failed.
    """

    sample_id: str
    key: ModeKey
    failed: bool
    discrepancy: float
    answer: str
    control: bool
    details: Details = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A candidate failure, put before people.

    Attributes:
        id: Stable id: the same sample, cell and round give the same id.
        sample_id: The sample.
        key: Cell and stratum.
        answer: What the target answered.
        reference: The reference, None where there is none.
        discrepancy: The measured discrepancy.
        setting: The setting in words.
        original: Blob hash of the unedited input as shown.
        edited: Blob hash of the edited input as shown.
        details: What the card shows beside it.
        clean_answer: What the original target answered to the unedited input; None in rounds from before it was kept
            beside a reference.
    """

    id: str
    sample_id: str
    key: ModeKey
    answer: str
    reference: str | None
    discrepancy: float
    setting: str
    original: str = ""
    edited: str = ""
    details: Details = field(default_factory=dict)
    clean_answer: str | None = None

    @property
    def expected(self) -> str | None:
        """What the answer should be if the edit does not change it: the reference, else the clean answer."""
        return self.clean_answer if self.reference is None else self.reference


class Answered(Protocol):
    """What is known of a proposal's answer."""

    @property
    def answer(self) -> str:
        """What the target answered under the edit."""
        ...

    @property
    def expected(self) -> str | None:
        """What it should answer, see `Proposal.expected`."""
        ...


@dataclass(frozen=True, slots=True)
class Said:
    """What an annotator says of a proposal.

    Attributes:
        verdict: The verdict.
        answer: The right answer, where a confirmation states one; else None.
    """

    verdict: Verdict
    answer: str | None = None


@dataclass(frozen=True, slots=True)
class Ratings:
    """What an annotator says of a set of pictures beside the verdict; all of it may be left out.

    Attributes:
        bias: How biased the set is, 1 to 10, `NO_SENSE` where the question makes no sense.
        quality: How good the pictures are, likewise.
        best: Number of the best picture, counted from 0.
        worst: Number of the worst.
    """

    bias: int | None = None
    quality: int | None = None
    best: int | None = None
    worst: int | None = None


NO_RATINGS = Ratings()
NO_SENSE = -1
"""A rating that says: this cannot be rated."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict that stands for a proposal: its latest, until there is adjudication.

    Attributes:
        proposal_id: The proposal.
        sample_id: Its sample.
        key: Its mode.
        verdict: The verdict.
        answer: The right answer as the annotator stated it, where one was stated.
        ratings: What was said of a set of pictures beside the verdict.
    """

    proposal_id: str
    sample_id: str
    key: ModeKey
    verdict: Verdict
    answer: str | None = None
    ratings: Ratings = NO_RATINGS


@dataclass(frozen=True, slots=True)
class Pair:
    """A preference: for this input under this setting, chosen is better than rejected.

    Attributes:
        sample_id: The sample.
        values: The setting's level values.
        chosen: The better answer.
        rejected: The worse one.
    """

    sample_id: str
    values: Values
    chosen: str
    rejected: str
