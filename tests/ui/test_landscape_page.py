from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from faded.concepts.spec import ConceptSpace
from faded.domain import FadedError, ModeKey, Role, Verdict
from faded.labeling.chosen import read_to_learn
from faded.landscape.calibration import CALIBRATION
from faded.landscape.main_effects import SCREENING
from faded.landscape.modes import established_table
from faded.landscape.posterior import Landscape
from faded.landscape.reader import read_map
from faded.landscape.safe import safe_ranges
from faded.landscape.trusted import answer
from faded.store import campaigns, rounds, verdicts
from faded.store.campaigns import RoundState
from faded.store.engine import Store
from faded.ui import cube, heatmap, landscape_actions, landscape_choice, landscape_page
from faded.ui.auth import User
from faded.ui.cards import modes, reach, reading
from faded.ui.facts import read_facts
from faded.ui.landscape_choice import CHOOSERS
from faded.ui.landscape_view import LandscapeCache, Mapped
from faded.ui.page import BLIND, Shown, View
from tests.large import LARGE
from tests.ui import believable
from tests.ui.believable import SPACE, STRATA, Believable

STOP, YIELD = ModeKey((0, 2, 1), "stop"), ModeKey((6, 1, 2), "yield")


def drawn(store: Store, role: Role = Role.ADMIN, **asked: Any) -> dict[str, Shown]:
    with store.read() as db:
        facts = read_facts(db, None, "local")
    choice = dict.fromkeys(CHOOSERS) | asked
    return dict(landscape_page.draw(View(store, User("local", role), facts, choice, LandscapeCache(store))))


def of(*specs: int) -> Landscape:
    space = ConceptSpace(tuple(SPACE.specs[i] for i in specs))
    return Landscape(space, STRATA, 0.5, np.zeros((len(STRATA), space.n_cells), dtype=np.bool_))


def test_a_space_of_one_concept_is_one_row() -> None:
    line = of(0)
    line.trials[:] = 20
    choice = landscape_choice.read(dict.fromkeys(CHOOSERS), line)
    assert choice.axes == ("rotation",)
    assert landscape_choice.pickers(choice, line)["down"].update["visible"] is False
    grid = heatmap.heat_grid(line, line.posterior(), "rotation", None, None)
    assert [len(row) for row in grid.cells] == [7]
    shown = heatmap.render(grid)
    assert shown.count("<td class='heat-cell") == 7
    assert "Turned left by 30 degrees: " in shown


def test_a_choice_is_always_one_that_the_space_has() -> None:
    asked = dict.fromkeys(CHOOSERS) | {"across": "darkening", "down": "darkening", "stratum": "gone", "view": "cube"}
    choice = landscape_choice.read(asked, of(0, 1))
    assert choice.axes == ("darkening", "rotation")
    assert (choice.view, choice.stratum) == ("map", None)


def test_a_pin_follows_its_concept_to_another_chooser() -> None:
    found = of(0, 1, 2)
    asked = dict.fromkeys(CHOOSERS) | {"across": "rotation", "down": "darkening", "pin0": "saturation=1"}
    choice = landscape_choice.read(asked, found)
    assert choice.pins == {"saturation": 1}
    pin = landscape_choice.pickers(choice, found)["pin0"].update
    assert (pin["label"], pin["value"]) == ("saturation", "saturation=1")
    assert landscape_choice.read(asked | {"down": "saturation"}, found).pins == {}
    assert landscape_choice.read(asked | {"pin0": "saturation=99"}, found).pins == {}


def test_the_map_says_what_is_pinned(store: Store, made: Believable) -> None:
    averaged = drawn(store)["map"].update
    pinned = drawn(store, pin0="saturation=0", stratum="yield")["map"].update
    assert "averaged over saturation" in averaged
    assert "stratum yield; saturation colours at 0%" in pinned
    assert "Darkened by 80%, colours at 0%: left out" in pinned
    assert averaged != pinned


def test_three_dimensions_come_with_their_figures_as_tables(store: Store, made: Believable) -> None:
    shown = drawn(store, view="cube")["map"].update
    held = re.search(r"data-cube='([^']+)'", shown)
    assert held is not None
    data = json.loads(held[1].replace("&quot;", '"').replace("&#x27;", "'"))
    assert [axis["name"] for axis in data["axes"]] == ["rotation", "darkening", "saturation"]
    assert len(data["balls"]) == SPACE.n_cells
    assert {"cube-out"} == {look for look, _, words in data["balls"] if "left out" in words or "control" in words}
    assert shown.count("<table class='cube-table'>") == 3
    assert "data-cube" not in drawn(store)["map"].update


def test_a_cube_without_data_says_so() -> None:
    found = of(0, 1, 2)
    grids = cube.layers(found, found.posterior(), ("rotation", "darkening", "saturation"), None, {})
    shown = cube.render(grids, SPACE.specs[2])
    assert "There is not enough data yet." in shown
    assert "<td>0</td>" not in shown


def test_how_far_is_safe_is_said_with_its_figures() -> None:
    found = of(0, 1, 2)
    found.trials[:] = 60
    found.failures[:, np.abs(found.space.grid[:, 0]) > 45] = 60
    found.refit(12)
    said = reach.sentences(safe_ranges(found, found.posterior(), None, average=False)[0], 0.5)
    assert re.fullmatch(
        r"Turned right by 30 degrees is still safe: \d+% fail, \d+% at most \(upper end of the 90% interval\). "
        r"Turned right by 60 degrees fails: \d+%, 90% interval \d+% to 100%.",
        said[0],
    )
    empty = of(0, 1, 2)
    unknown = reach.sentences(safe_ranges(empty, empty.posterior(), None, average=False)[1], 0.5)
    assert unknown == ["Cannot tell for darkened by 30%: there is not enough data."]


def test_whether_the_map_can_be_trusted_is_said_with_its_figures(store: Store, made: Believable) -> None:
    shown = drawn(store)["trust"].update
    found = believable.calibration(150)
    low = found["bins"][0]
    assert f"Of the {low['queries']} to which it gave 0 to 10%, {low['share']:.0%} failed." in shown
    assert shown.count("<th scope='row'>") == len(found["bins"])
    assert "Nothing is tuned on this comparison" in shown
    assert f"<b>{answer(found['bins'])['sentence']}</b>" in shown
    thin = sum(row["queries"] < 20 for row in found["bins"])
    assert thin > 0 and shown.count(">too thin to tell</td>") == thin
    with store.write() as db:
        campaigns.update_round(db, made.round, summary={CALIBRATION: None})
    assert "Nothing compared yet" in drawn(store)["trust"].update


def test_which_concepts_matter_is_shown_of_a_round_that_was_screened(store: Store, made: Believable) -> None:
    assert drawn(store)["screening"].update == "", "the card of a round that was not screened is not shown"
    with store.write() as db:
        campaigns.update_round(db, made.round, summary={SCREENING: believable.screening()})
    shown = drawn(store)["screening"].update
    rotation, stop_words, saturation = shown.split("<tbody>")[1].split("<tr>")[1:]
    assert "turned &lt;far&gt;" in rotation and "+70.0 points" in rotation and "matters" in rotation
    left, width, middle = (float(v) for v in re.findall(r"(?:left|width):([\d.]+)%", rotation))
    assert 50 < left < middle == 93.8 < left + width <= 100, "0.7 of a line that ends at 0.8"
    assert "to +80 points" in shown
    assert "stop words" in stop_words and "+0.0 points" in stop_words and "inert" in stop_words
    assert "cannot tell" in saturation and "class='effect'" not in saturation and ".0 points" not in saturation
    assert "Inert is not harmless" in shown and "512 of the 6,000 queries" in shown and "within 5 points of 0" in shown
    assert "data-head='Fail at low'>" in rotation and "data-head='Fail at high'>" in rotation


def test_states_and_pictures_of_the_modes_are_shown(store: Store, made: Believable) -> None:
    believable.labeled(store, made, modes=2)
    with store.write() as db:
        for proposal in [p for p in made.proposals if p.startswith("p2-")][:3]:
            verdicts.submit(db, proposal, "local", f"key-{proposal}", now=1.0, verdict=Verdict.INVALID)
    parts = drawn(store)
    shown = parts["modes"].update
    for word in ("established", "suspected", "Severity", "Frequency"):
        assert word in shown
    assert "1 mode that people have refused counts in neither figure" in shown
    assert "image/png;base64" in shown
    assert parts["fade"].update.count("type='checkbox'") == 2
    assert parts["fade"].update.count(" checked") == 2


def test_modes_without_a_trial_are_looked_at_too() -> None:
    """A round from elsewhere brings verdicts, and of a space that is not listed no column for them."""
    empty = Landscape(LARGE, STRATA, 0.5, lambda numbers: np.zeros((len(STRATA), len(numbers)), dtype=np.bool_))
    mapped = Mapped(empty, empty.posterior(), established_table(empty), {}, 0)
    wider = mapped.looking_at([ModeKey((4,) * 9, STRATA[0]), ModeKey((0, *[4] * 8), STRATA[1])])
    assert len(wider.landscape.cells) == 2 == wider.posterior.mean.shape[1] == wider.established.shape[1]
    assert wider.looking_at([ModeKey((4,) * 9, STRATA[2])]) is wider


def test_balls_that_would_cover_each_other_are_moved_apart() -> None:
    assert modes.apart([(100.0, 50.0), (100.0, 52.0)])[1][0] <= 100 - 2 * modes.RADIUS + 1
    assert modes.apart([(100.0, 50.0), (100.0, 90.0)]) == [(100.0, 50.0), (100.0, 90.0)]


def named(*keys: ModeKey) -> list[str]:
    return [json.dumps([list(key.cell), key.stratum]) for key in keys]


def chosen(store: Store, made: Believable) -> list[ModeKey] | None:
    with store.read() as db:
        return campaigns.chosen_modes(campaigns.get_round(db, made.round))


def test_ticked_modes_are_kept_for_the_round(store: Store, made: Believable) -> None:
    believable.labeled(store, made, modes=2)
    landscape_actions.choose(store, made.round, named(YIELD))
    assert chosen(store, made) == [YIELD]
    assert drawn(store)["fade"].update.count(" checked") == 1
    assert "1 of 2 confirmed modes are to be faded" in drawn(store)["fade"].update
    landscape_actions.choose(store, made.round, named(STOP, YIELD))
    assert chosen(store, made) is None


@pytest.mark.parametrize(
    ("ticked", "message"),
    [
        ([], "leave at least one"),
        (named(ModeKey((0, 0, 0), "stop")), "not confirmed any more"),
        (["{"], "cannot be read"),
        (None, "cannot be read"),
    ],
)
def test_what_cannot_be_chosen_is_refused(store: Store, made: Believable, ticked: Any, message: str) -> None:
    believable.labeled(store, made, modes=2)
    with pytest.raises(FadedError, match=message):
        landscape_actions.choose(store, made.round, ticked)
    assert chosen(store, made) is None


def test_a_decided_round_keeps_its_choice(store: Store, made: Believable) -> None:
    believable.labeled(store, made, modes=2)
    with store.write() as db:
        rounds.decide(db, made.round, RoundState.ROLLED_BACK, "local", 1.0)
    with pytest.raises(FadedError, match="is decided"):
        landscape_actions.choose(store, made.round, named(YIELD))
    assert drawn(store)["fade"].update.count(" disabled") == 2


def test_modes_that_an_earlier_round_confirmed_stay_to_be_chosen(store: Store, made: Believable) -> None:
    believable.labeled(store, made, modes=2)
    with store.write() as db:
        before = campaigns.get_round(db, made.round)
        later = campaigns.create_round(db, before.campaign_id, now=believable.NOW + 300, summary=before.summary).id
    assert drawn(store)["fade"].update.count(" checked") == 2
    landscape_actions.choose(store, later, named(YIELD))
    with store.read() as db:
        found = read_to_learn(db, campaigns.get_round(db, later))
    assert (found.confirmed, found.modes) == ([STOP, YIELD], [YIELD])


def test_the_map_is_read_in_words(store: Store, made: Believable) -> None:
    shown = drawn(store)["read"].update
    assert re.search(r"The nearest \d settings that fail are 4 levels from neutral", shown)
    assert re.search(r"Around neutral \d+ settings are safe.* at least 9\d%", shown)
    held = re.search(r"data-try='([^']+)'>Turned left by 60 degrees, darkened by 60%<", shown)
    assert held is not None
    assert json.loads(held[1].replace("&quot;", '"')) == {"rotation": 60, "darkening": 0.6, "saturation": 1}
    assert "the mean over all strata" in shown and "the stratum yield" in drawn(store, stratum="yield")["read"].update


def test_a_map_that_says_nothing_says_what_is_missing() -> None:
    found = of(0, 1, 2)
    shown = reading.render(read_map(found, found.posterior(), None), 6, "a picture")
    assert "Nothing fails near neutral as far as is known. 0 of 83 settings were asked themselves" in shown
    assert "No setting next to neutral is known to be safe." in shown and "data-try" not in shown
    harmful = replace(found.space.specs[0], phrase="<b>{value}", phrase_below="")
    found = Landscape(ConceptSpace((harmful,)), STRATA, 0.5, np.zeros((len(STRATA), 7), dtype=np.bool_))
    found.trials[:] = found.failures[:] = 20
    shown = reading.render(read_map(found, found.posterior(), None), 6, "")
    assert "&lt;b&gt;" in shown and "<b>" not in shown and "two concepts" in shown


def test_annotators_are_not_told_what_others_confirm(store: Store, made: Believable) -> None:
    believable.labeled(store, made)
    told, untold = (drawn(store, role) for role in (Role.MANAGER, Role.ANNOTATOR))
    pill = "<i class='f-pill bad'>confirmed</i>"
    assert pill in told["modes"].update and pill not in untold["modes"].update
    assert "confirmed by 3 of 3 verdicts" in told["fade"].update and untold["fade"].update == BLIND
