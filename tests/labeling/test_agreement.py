import krippendorff
import numpy as np
import pytest

from faded.domain import Verdict
from faded.labeling.agreement import Opinion, agreement
from faded.labeling.coefficients import FEWEST_ITEMS, VERDICTS, alpha_disagreements, alpha_sums

CONFIRM, REJECT, INVALID, UNSURE = VERDICTS


def said(*rows, names="abcdefgh"):
    """Opinions from one row of verdicts for each annotator; None where there is none."""
    return [Opinion(names[i], f"item{j}", v) for i, row in enumerate(rows) for j, v in enumerate(row) if v is not None]


def from_table(table):
    """Two rows of verdicts with the frequencies of a table."""
    pairs = [(VERDICTS[i], VERDICTS[j]) for i, row in enumerate(table) for j, n in enumerate(row) for _ in range(n)]
    return list(zip(*pairs, strict=True))


def drawn(rng, annotators, items, right, missing=0.0, shares=(0.6, 0.25, 0.1, 0.05)):
    """Each knows the true verdict with a probability and guesses else; then kappa and alpha are its square."""
    truth = rng.choice(4, size=items, p=shares)
    numbers = np.where(
        rng.random((annotators, items)) < right, truth, rng.choice(4, size=(annotators, items), p=shares)
    )
    there = rng.random(numbers.shape) >= missing
    return [[VERDICTS[v] if t else None for v, t in zip(*row, strict=True)] for row in zip(numbers, there, strict=True)]


def letters(text):
    return [{"c": CONFIRM, "r": REJECT, "i": INVALID, "u": UNSURE, ".": None}[letter] for letter in text]


def test_alpha_of_krippendorffs_example_of_two_observers():
    """Krippendorff 2011, Computing Krippendorff's Alpha-Reliability, example A: ten items, alpha = .095."""
    found = agreement(said(letters("crccccccrc"), letters("rrrccrcccc")), {}).all
    assert found.alpha.value == pytest.approx(1 - 19 * 4 / (14 * 6))  # four items differ; 14 confirm, 6 reject
    assert round(found.alpha.value, 3) == 0.095
    assert (found.items, found.opinions) == (10, 20)
    assert found.alpha.interval90 is None
    assert found.alpha.note == "An interval needs 20 items that two people have judged; there are 10."


def test_alpha_of_the_published_example_with_missing_data():
    """The example of Wikipedia's article on alpha: three coders, fifteen units, four values, alpha = 0.691."""
    found = agreement(said(letters(".....iucrccii.i"), letters("c.rciiui......."), letters("..rciuu.rccii.u")), {}).all
    assert round(found.alpha.value, 3) == 0.691
    assert (found.items, found.opinions) == (12, 26)


def test_kappa_of_cohens_example():
    """Cohen 1968, Psychological Bulletin 70, 213-220: 200 patients, kappa = .492; by hand (.70 - .41) / (1 - .41)."""
    (pair,) = agreement(said(*from_table([[88, 14, 18], [10, 40, 10], [2, 6, 12]])), {}).pairs
    assert (pair.first, pair.second, pair.items) == ("a", "b", 200)
    assert pair.kappa.value == pytest.approx(0.29 / 0.59)
    assert round(pair.kappa.value, 3) == 0.492
    low, high = pair.kappa.interval90
    assert 0.40 < low < 0.43 and 0.55 < high < 0.58 and pair.kappa.note == ""  # 0.492 +- 1.645 * 0.050


def test_unsure_is_a_verdict_like_the_others():
    base = letters("cr" * 10)
    alike = agreement(said([*base, UNSURE], [*base, UNSURE]), {})
    apart = agreement(said([*base, UNSURE], [*base, CONFIRM]), {})
    assert alike.all.alpha.value == 1 and alike.pairs[0].kappa.value == 1
    assert apart.all.alpha.value < 1 and apart.pairs[0].kappa.value < 1
    assert apart.all.items == 21


def test_without_two_opinions_on_an_item_alpha_is_undefined():
    for opinions in ([], said(letters("crc")), said(letters("cr."), letters("..c"))):
        found = agreement(opinions, {})
        assert (found.all.items, found.all.opinions, found.all.alpha.value) == (0, 0, None)
        assert found.all.alpha.note == "No item has been judged by two people yet."
        assert found.pairs == ()


def test_where_only_one_verdict_is_ever_given_nothing_is_defined():
    found = agreement(said([CONFIRM] * 30, [CONFIRM] * 30), {})
    note = "Every verdict is confirm: where only one is ever given, agreement says nothing."
    for coefficient in (found.all.alpha, found.pairs[0].kappa):
        assert (coefficient.value, coefficient.interval90, coefficient.note) == (None, None, note)


def test_an_opinion_that_nobody_shares_an_item_with_does_not_count():
    """Else the lone rejection would make a second verdict."""
    found = agreement(said([CONFIRM] * 30 + [None], [CONFIRM] * 30 + [REJECT]), {})
    assert found.all.alpha.value is None and found.all.opinions == 60


def test_kappa_is_stated_from_twenty_common_items_on_and_for_pairs_that_have_any():
    many, few = letters("cr" * 10), letters("cr" * 9 + "c.")
    found = agreement(said(many, many, few, [None] * 25 + [CONFIRM]), {})
    assert [(p.first, p.second, p.items) for p in found.pairs] == [("a", "b", 20), ("a", "c", 19), ("b", "c", 19)]
    assert found.pairs[0].kappa.value == 1
    assert found.pairs[1].kappa.value is None
    assert found.pairs[1].kappa.note == "Kappa needs 20 items that both have judged; there are 19."


def test_two_opinions_of_one_annotator_on_an_item_are_an_error():
    with pytest.raises(ValueError, match="two opinions"):
        agreement([Opinion("a", "x", CONFIRM), Opinion("a", "x", REJECT)], {})


def test_the_order_of_opinions_does_not_matter_and_the_seed_does():
    opinions = said(*drawn(np.random.default_rng(0), 3, 60, 0.7))
    there, back = agreement(opinions, {}), agreement(opinions[::-1], {})
    assert there == back
    assert agreement(opinions, {}, seed=1).all.alpha.interval90 != there.all.alpha.interval90


def test_where_nobody_disagrees_the_interval_does_not_claim_to_know():
    half = letters("cr" * 25)
    found = agreement(said(half, half), {})
    share = 1 - 0.1 ** (1 / 50)  # of which none among fifty is seen with probability 0.1
    assert found.pairs[0].kappa.interval90 == pytest.approx((1 - share / 0.5, 1))
    low, high = found.all.alpha.interval90
    assert low == pytest.approx(1 - share / 0.5, abs=0.01) and high == 1
    rare = [CONFIRM] * 49 + [REJECT]
    assert agreement(said(rare, rare), {}).pairs[0].kappa.interval90 == (pytest.approx(-0.149, abs=0.001), 1)


def test_where_all_but_a_few_verdicts_are_the_same_there_is_no_interval():
    found = agreement(said([CONFIRM] * 49 + [REJECT], [CONFIRM] * 48 + [REJECT, CONFIRM]), {})
    rare = agreement(said([CONFIRM] * 50, [CONFIRM] * 50, [CONFIRM] * 49 + [REJECT]), {})
    for coefficient in (found.all.alpha, found.pairs[0].kappa, rare.all.alpha):
        assert coefficient.value == pytest.approx(0, abs=0.03) and coefficient.interval90 is None
        assert coefficient.note.startswith("All but a few verdicts are the same")


def test_kappa_with_somebody_who_says_the_same_of_everything():
    (pair,) = agreement(said([CONFIRM] * 50, letters("cr" * 25)), {}).pairs
    assert pair.kappa.value == 0 and pair.kappa.interval90 is None
    assert pair.kappa.note == "One of them gave a single verdict: kappa is then 0 whatever the other says."


def test_resamples_are_measured_as_the_library_measures():
    rng = np.random.default_rng(3)
    counts = rng.multinomial(4, [0.6, 0.25, 0.1, 0.05], size=80)
    counts[:20, 0] += rng.integers(3, size=20)  # not as many opinions on each item
    for _ in range(20):
        again = counts[rng.integers(80, size=80)]
        observed, chance = alpha_disagreements(alpha_sums(again).sum(axis=0))
        library = krippendorff.alpha(value_counts=again, level_of_measurement="nominal")
        assert 1 - observed / chance == pytest.approx(library)


@pytest.mark.parametrize(("right", "missing"), [(0.6, 0.0), (0.9, 0.0), (0.8, 0.2)])
def test_intervals_hold_the_true_value_nine_times_in_ten(right, missing):
    """Of 200 simulations, 90% within three standard errors are 84 to 96%; it may be more where few items differ."""
    rng = np.random.default_rng(5)
    alphas, kappas = [], []
    for seed in range(200):
        found = agreement(said(*drawn(rng, 3, 60, right, missing)), {}, seed)
        alphas.append(found.all.alpha.interval90)
        kappas.append(found.pairs[0].kappa.interval90)
    for intervals in (alphas, kappas):
        held = [low <= right**2 <= high for low, high in filter(None, intervals)]
        assert len(held) > 170 and 0.84 <= np.mean(held) <= 0.98


def test_intervals_shrink_with_the_root_of_the_items():
    rows = drawn(np.random.default_rng(2), 3, 2000, 0.7)
    few, many = (agreement(said(*(row[:n] for row in rows)), {}).all.alpha.interval90 for n in (500, 2000))
    assert (few[1] - few[0]) / (many[1] - many[0]) == pytest.approx(2, abs=0.2)


def test_accuracy_on_known_answers():
    gold = {f"item{i}": CONFIRM for i in range(20)} | {"item20": UNSURE, "elsewhere": REJECT}
    careful = [CONFIRM] * 18 + [UNSURE, REJECT, UNSURE, INVALID]
    other = [None] * 21 + [CONFIRM]
    first, second = agreement(said(careful, other), gold).gold
    assert (first.annotator, first.items, first.right, first.unsure, first.note) == ("a", 21, 19, 1, "")
    assert first.share == 19 / 21
    low, high = first.interval90
    assert (low, high) == (pytest.approx(0.741, abs=0.001), pytest.approx(0.965, abs=0.02))  # of Beta(20, 3)
    assert (second.annotator, second.items, second.share, second.interval90) == ("b", 0, None, None)
    assert second.note == "No item with a known answer has been judged."


def test_without_known_answers_each_annotator_is_told_so():
    found = agreement(said(letters("crc"), letters("c")), {}).gold
    assert [(g.annotator, g.note) for g in found] == [("a", "No answer is known."), ("b", "No answer is known.")]
    assert agreement([], {"item0": CONFIRM}).gold == ()


def test_the_verdicts_are_all_of_them():
    assert set(VERDICTS) == set(Verdict) and FEWEST_ITEMS == 20
