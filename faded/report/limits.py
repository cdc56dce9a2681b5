"""What the figures of a report do not say, in plain words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from faded.landscape.modes import LEAST_TRIALS
from faded.report.evidence import DRAWN, WRITTEN, kind_of
from faded.report.read import Found
from faded.store.campaigns import SOFTWARE
from faded.store.jobs import JobState

NAMES = {WRITTEN: "articles", DRAWN: "prompts"}


def inputs(found: Found) -> str:
    """Return what the round's inputs are called."""
    return NAMES.get(kind_of(found.summary), "pictures")


def limits(found: Found) -> list[str]:
    """Return the limits, one sentence or two each."""
    return [*_of_exploring(found), *_of_verdicts(found), *_of_repair(found), *_of_the_record(found)]


def _of_exploring(found: Found) -> Iterator[str]:
    many, samples = inputs(found), found.summary.get("samples", {})
    yield (
        f"The rates speak of the settings and the {many} that were tried: of levels on the grid, not of what lies "
        "between them or beyond, and not of anything that no concept here describes."
    )
    yield (
        "All settings count alike. How often each occurs where the target is used is not known, so no figure here is "
        "a failure rate in use."
    )
    if not found.config.labelled:
        yield (
            "The data have no references: a failure is an answer that changed under the edit. An answer that was wrong "
            "from the beginning, or an edit that rightly changes it, is not seen; only verdicts tell."
        )
    elif samples.get("eligible", 0) < samples.get("explore", 0):
        out = samples["explore"] - samples["eligible"]
        yield (
            f"{out:,} of the {samples['explore']:,} {many} to explore on were answered wrongly unedited and count in "
            "no rate: induced rates are about failures that an edit brings."
        )
    yield (
        "A rate of the landscape borrows from its neighbours, and most settings were tried a few times or never. A "
        f"mode is established by its own trials alone, at least {LEAST_TRIALS} of them; a suspected one is an "
        "estimate."
    )
    yield (
        "The agent looks for failures, so its own share of failures says nothing of how common they are; the queries "
        "drawn by chance do."
    )
    if found.explore.state is JobState.STOPPED:
        yield f"Exploring was stopped after {found.counts.queries:,} of {found.config.queries:,} queries."
    if kind_of(found.summary) in NAMES:
        yield (
            f"A failure is a discrepancy by the measure {found.config.discrepancy} above {found.config.limit:g}. The "
            "measure errs, and another one, or another threshold, would find others."
        )


def _of_verdicts(found: Found) -> Iterator[str]:
    people = sum(counts.total > 0 for counts in found.of_annotator.values())
    if found.verdicts.total == 0:
        yield "Nobody has judged the failures: they are failures by the measure alone."
        return
    who = "One annotator" if people == 1 else f"{people} annotators"
    stand = "1 verdict that stands" if found.verdicts.total == 1 else f"{found.verdicts.total:,} verdicts that stand"
    yield (
        f"{who} gave {stand}, one for each input judged, so how far people agree was not measured. What was judged was "
        "chosen by its worth to the repair: the share of confirmations is no share of all failures."
    )


def _of_repair(found: Found) -> Iterator[str]:
    result = found.result
    if found.compares:
        yield (
            "The round compares its target with a candidate: the modes are the target's, so a failure that only the "
            "candidate has is seen where a watched setting meets it."
        )
        yield from () if result is None else _of_verification(result, inputs(found))
        return
    if found.repair is None:
        yield "Nothing was repaired in this round, so nothing is said of a repair."
        return
    if result is None:
        yield "The repair is not verified: nothing is said of what it changed."
        return
    yield from _of_verification(result, inputs(found))


def _of_verification(result: Mapping[str, Any], many: str) -> Iterator[str]:
    yield (
        f"The intervals of the verification speak of other {many} of the same kind, not of other settings: the modes "
        "are taken as given."
    )
    tested, unknown = result.get("modes_established", 0) + result.get("watched", 0), result.get("cannot_tell", 0)
    if unknown:
        yield (
            f"Of {unknown:,} of the {tested:,} settings tested for damage nothing can be said: the {many} were too few."
        )
    smallest = result.get("smallest_detectable_change")
    if smallest is not None:
        yield (
            f"A single setting's rate would have to rise by {100 * smallest:.1f} points to be called newly broken in "
            "four of five such verifications. Smaller damage goes mostly unseen."
        )
    if result.get("watched"):
        share = 1 - 0.05 ** (1 / result["watched"])
        yield (
            f"Besides the modes {result['watched']:,} settings drawn by chance were watched. Damage of a kind that "
            f"touches fewer than {share:.1%} of all settings can be missed by the draw."
        )
    yield from (str(note) for note in result.get("notes", ()))


def _of_the_record(found: Found) -> Iterator[str]:
    if found.round.number > 1:
        yield (
            f"This is round {found.round.number} of its campaign. Trials and verdicts of earlier rounds on the same "
            "weights count in its landscape and its modes; the numbers of queries and verdicts are this round's alone."
        )
    if SOFTWARE not in found.summary:
        yield "The round was explored before versions were written down: with which ones is not known."
    yield (
        "The sums in manifest.json show that the files are those that were written together. They are no signature: "
        "whoever can write the folder can write all of it anew. Compare the sum of manifest.json itself with one that "
        "was kept elsewhere, or replay the round."
    )
