import numpy as np

from faded.briefs import Brief
from faded.discrepancies.drawings import mismatch
from faded.targets.sets import Sets


def test_what_prompts_ask_for_and_deny_is_numbered() -> None:
    briefs = [
        Brief("a red lamp, not in a hall or yard", (1, 2), (("tint", "red"),), (("place", "hall"), ("place", "yard"))),
        Brief("a lamp", (1, 2)),
    ]
    sets = Sets(
        briefs=briefs,
        pictures=np.zeros((2, 2, 4, 4, 3), dtype=np.uint8),
        shown={"tint": np.array([[1, 0], [0, 0]]), "place": np.array([[2, 0], [1, 1]])},
        values={"tint": ("blue", "red"), "place": ("park", "hall", "yard")},
        embedding=np.zeros((2, 2, 3), dtype=np.float32),
        features=np.zeros((2, 3), dtype=np.float32),
    )
    assert sets.asked == [{"tint": 1}, {}]
    assert sets.denied == [[("place", 1), ("place", 2)], []]
    assert mismatch(sets, [None] * 2).tolist() == [2 / 6, 0.0]
