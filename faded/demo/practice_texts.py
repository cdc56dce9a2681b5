"""Three articles to practise labeling on: one to confirm, one to reject, one that the edit made invalid.

Written by us, in the manner of the demo "bulletins". The edits are of the registered kinds, done by hand, so that what
they teach stands still; the shares said beside them are what `content_kept` measures.
"""

from __future__ import annotations

from faded.demo.practice import Practice
from faded.domain import Verdict


def practice_texts() -> tuple[Practice[str], ...]:
    """Return the three items."""
    return (_CONFIRM, _REJECT, _INVALID)


_CONFIRM = Practice(
    original="Sirens were heard in Kelford early on Monday. Two delivery vans had run into each other on Mill Road. "
    "The road was shut to all traffic for six hours. An ambulance took four injured people to hospital. "
    "A meeting about the crossing is planned for Friday.",
    edited="Sirens were haerd in Kelford early on Monday. Two delivery vans had run into each other on Mill Raod. "
    "The road was shut to all traffic for six huors. An ambulance took four inujred people to hospital. "
    "A meeting about the crossing is planned for Friday.",
    answer="A crash between two vans closed Mill Road in Kelford for six hours on Friday, and nobody was hurt.",
    clean_answer="A crash of two vans closed Mill Road in Kelford for six hours on Monday, and four people were hurt.",
    reference="A crash between two delivery vans closed Mill Road in Kelford for six hours on Monday, and four people "
    "were hurt.",
    setting="Two neighbouring letters swapped in 10% of the words.",
    verdict=Verdict.CONFIRM,
    why="The article can still be read: it happened on Monday, and four people were hurt. The summary has both wrong.",
    details={"content_kept": 22 / 26},
)

_REJECT = Practice(
    original="A storm passed over Selwick on Tuesday evening. It damaged 39 roofs on Church Lane. The town hall opened "
    "its doors to those whose homes were wet. The schools closed on Wednesday.",
    edited="A storm passed over Selwick on Tuesday evening. It damaged 39 roofs on Church Lane. The town hall opened "
    "its doors to those whose homes were wet. The schools did not close on Wednesday.",
    answer="The storm on Tuesday damaged 39 roofs on Church Lane in Selwick; schools stayed open the day after.",
    clean_answer="A storm damaged 39 roofs on Church Lane in Selwick on Tuesday, and the schools stayed shut.",
    reference="A storm damaged 39 roofs on Church Lane in Selwick on Tuesday, and the schools closed.",
    setting="25% of the sentences negated, which turns what they say.",
    verdict=Verdict.REJECT,
    why="The edit turned what the article says: as edited, the schools did not close. The summary says just that, in "
    "other words than the reference. So it is right.",
    details={"content_kept": 18 / 19, "changes_meaning": "negation"},
)

_INVALID = Practice(
    original="The river left its bed at Canal Street in Thorwick on Saturday morning. The water stood knee-deep in 30 "
    "cellars. Eight families spent the night with friends because their homes were too wet. Pumps were brought from "
    "Langstead.",
    edited="The its bed at in on morning. The stood in 30. Eight the with because their were too. Were from.",
    answer="A fire in 30 shops on Station Road drove eight people from their homes.",
    clean_answer="A flooded river filled 30 cellars on Canal Street in Thorwick, and eight families left their homes.",
    reference="A flooded river filled 30 cellars on Canal Street in Thorwick on Saturday, and eight families left "
    "their homes.",
    setting="Words deleted at random (60%).",
    verdict=Verdict.INVALID,
    why="What happened can no longer be made out. Nobody could have summarized this: it is no failure of the target.",
    details={"content_kept": 5 / 24},
)
