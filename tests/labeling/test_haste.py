import pytest

from faded.labeling.haste import Haste, Look, floor_ms, haste, is_hasty


@pytest.mark.parametrize(("words", "shortest"), [(0, 500), (12, 1220), (400, 24_500)])
def test_the_floor_is_a_look_and_the_words(words, shortest):
    assert floor_ms(words) == shortest
    assert is_hasty(Look("ann", words, shortest - 1)) and not is_hasty(Look("ann", words, shortest))


def test_an_ordinary_reader_and_one_who_skims_are_not_marked():
    assert not any(is_hasty(Look("ann", 400, round(400 / speed * 60_000))) for speed in (238, 500, 900))


def test_answers_are_counted_by_annotator_and_those_without_a_time_are_not():
    looks = [Look("bob", 0, 200), Look("ann", 0, 200), Look("ann", 0, 800), Look("ann", 0, None), Look("eve", 0, None)]
    found = haste(looks)
    assert found == (Haste("ann", 2, 1), Haste("bob", 1, 1), Haste("eve", 0, 0))
    assert [h.share for h in found] == [0.5, 1.0, None]
    assert haste([]) == ()
