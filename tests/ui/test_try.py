"""The card Try a setting, and what it calls."""

from __future__ import annotations

import base64
import re
import time
from types import SimpleNamespace
from typing import Any

import pytest

from faded.concepts.spec import ConceptSpace, ConceptSpec
from faded.domain import FadedError, Kind, Role
from faded.store import campaigns, jobs, previews
from faded.store.engine import Store
from faded.ui import landscape_page, preview_actions
from faded.ui.auth import User
from faded.ui.cards import tryout
from faded.ui.facts import read_facts
from faded.ui.landscape_choice import CHOOSERS
from faded.ui.landscape_view import LandscapeCache
from faded.ui.page import View
from tests.ui import believable
from tests.ui.believable import SPACE, Believable, sign

HERE = SimpleNamespace(client=SimpleNamespace(host="127.0.0.1"), headers={"host": "127.0.0.1:7860"}, scope={})
ELSEWHERE = SimpleNamespace(client=SimpleNamespace(host="10.0.0.9"), headers={"host": "127.0.0.1:7860"}, scope={})
UNCHANGED = [0.0, 0.0, 1.0]
SETTING = [30.0, 0.45, 0.5]


class Card:
    """What the card in the page calls, with the worker's part played by hand."""

    def __init__(self, store: Store, round_id: int) -> None:
        self.store, self.round = store, round_id
        self._ask, self._look = preview_actions.server_functions(store, lambda: "Worker starting")

    def ask(self, request: Any = HERE, **asked: Any) -> dict[str, Any]:
        given = {"viewer": "me", "round": str(self.round), "sample": "offered-0", "values": SETTING}
        return self._ask(given | asked, request)

    def look(self, job: Any, request: Any = HERE, **asked: Any) -> dict[str, Any]:
        return self._look({"viewer": "me", "job": job, "original": True} | asked, request)

    def claimed(self) -> jobs.Job:
        with self.store.write() as db:
            job = jobs.claim(db, "worker", 10, time.time(), kinds=["preview"])
        assert job is not None
        return job

    def answered(
        self, *, answer: str = "yield", failed: bool = True, clean: bool = False, **asked: Any
    ) -> dict[str, Any]:
        """Ask, let the worker answer, look; `clean` says whether the target fails unedited as well."""
        number = self.ask(**asked)["job"]
        job = self.claimed()
        with self.store.write() as db:
            offered = campaigns.get_round(db, job.round_id).summary["previews"]
            item = next(o for o in offered if o["sample"] == job.params["sample"])
            result = {
                "sample": item["sample"], "reference": item["reference"], "values": job.params["values"],
                "setting": SPACE.describe(job.params["values"]), "original": item["original"],
                "edited": base64.b64encode(sign(1, 0, (30.0, 0.4, 0.5))).decode(),
                "clean": {"answer": "turn left" if clean else "stop", "confidence": 0.98, "discrepancy": 0.0,
                          "failed": clean},
                "under_setting": {"answer": answer, "confidence": 0.712, "discrepancy": 0.43 if failed else 0.0,
                                  "failed": failed},
            }  # fmt: skip
            jobs.finish(db, number, "worker", result, time.time())
        return self.look(number)


@pytest.fixture
def card(store: Store, made: Believable) -> Card:
    return Card(store, made.round)


def test_an_answer_comes_with_both_pictures_and_says_whether_it_is_a_failure(card: Card) -> None:
    found = card.answered()
    assert (found["ok"], found["state"]) == (True, "done")
    assert found["setting"] == "Turned left by 30 degrees, darkened by 45%, colours at 50%."
    for name in ("original", "edited"):
        kind, content = found[name].split(",")
        assert kind == "data:image/png;base64"
        assert base64.b64decode(content).startswith(b"\x89PNG")
    clean, edited = found["said"]["original"], found["said"]["edited"]
    assert (clean["answer"], clean["sure"], clean["pill"]) == ("stop", "98% sure", "Right")
    assert (edited["answer"], edited["sure"], edited["pill"], edited["look"]) == (
        "yield",
        "71% sure",
        "A failure",
        "bad",
    )
    assert edited["note"] == "Expected: stop. Discrepancy 0.43; above 0 is a failure."
    assert edited["aloud"] == "The target answers yield, 71% sure. A failure."


def test_the_original_is_not_sent_again_to_a_page_that_has_it(card: Card) -> None:
    number = card.ask()["job"]
    card.answered()
    assert card.look(number, original=False)["original"] is None


def test_no_failure_and_a_picture_that_is_wrong_unedited_are_told_apart(card: Card) -> None:
    assert card.answered(answer="stop", failed=False)["said"]["edited"]["pill"] == "No failure"
    wrong = card.answered(clean=True)["said"]
    assert (wrong["original"]["pill"], wrong["edited"]["pill"]) == ("Wrong", "Wrong, as unedited")
    assert "counts in no rate" in wrong["original"]["note"]


def test_a_setting_that_is_left_out_of_the_rates_is_said_to_be(card: Card) -> None:
    assert card.answered(values=[30.0, 0.8, 0.0])["said"]["edited"]["pill"] == "Left out"
    assert card.answered(values=[31.0, 0.8, 0.0])["said"]["edited"]["pill"] == "A failure"


def test_without_references_the_clean_answer_is_what_is_expected(store: Store) -> None:
    card = Card(store, believable.explored(store, labelled=False).round)
    said = card.answered()["said"]
    assert (said["original"]["pill"], said["edited"]["pill"]) == ("Expected", "A failure")
    assert said["original"]["note"].startswith("No reference")
    assert said["edited"]["note"].startswith("Expected: stop.")


def test_the_newest_question_of_a_page_is_all_that_the_worker_sees(card: Card) -> None:
    for tenth in range(9):
        assert card.ask(values=[0.0, tenth / 16, 1.0])["ok"]
    assert card.claimed().params["values"] == [0.0, 0.5, 1.0]
    with card.store.read() as db:
        assert not jobs.waiting(db, ["preview"], 10, time.time())


def test_settings_of_a_round_from_elsewhere_are_tried_where_its_target_is(card: Card) -> None:
    with card.store.write() as db:
        summary = campaigns.update_round(db, card.round, summary={"elsewhere": True}).summary
    assert "Round 1 is explored elsewhere: try settings there" in card.ask()["message"]
    assert "data-t='card'" not in tryout.render(card.round, summary, card.store.workspace)


def test_a_page_is_told_what_it_waits_for(card: Card, monkeypatch: pytest.MonkeyPatch) -> None:
    number = card.ask()["job"]
    assert card.look(number) == {"ok": True, "state": "waiting", "words": "Waiting for the worker (Worker starting)."}
    now = time.time()
    monkeypatch.setattr(preview_actions.time, "time", lambda: now + 41)
    words = card.look(number)["words"]
    assert "for 41 seconds (Worker starting)" in words
    assert "start Faded again" in words
    monkeypatch.undo()
    card.claimed()
    assert card.look(number)["words"].startswith("The worker is at it.")


def test_a_preview_that_failed_is_told_in_words(card: Card) -> None:
    number = card.ask()["job"]
    card.claimed()
    with card.store.write() as db:
        jobs.fail(db, number, "worker", "The target answers NaN: see its training.", time.time())
    assert card.look(number) == {
        "ok": False,
        "message": "The target could not answer: The target answers NaN: see its training.",
    }


def test_a_preview_that_is_gone_or_somebody_elses_is_not_shown(card: Card) -> None:
    number = card.ask()["job"]
    assert card.look(number, viewer="her")["state"] == "gone"
    assert card.look(number + 1)["state"] == "gone"
    with card.store.write() as db:
        previews.ask(db, card.round, "offered-0", SETTING, "her", time.time() + previews.KEPT_SECONDS + 1)
    assert card.look(number, viewer="me")["state"] == "gone"


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"round": "99"}, "no round 99"),
        ({"round": None}, "named the round None"),
        ({"round": "9" * 40}, "named the round"),
        ({"sample": "p0-0"}, "does not offer the picture 'p0-0'"),
        ({"sample": ["offered-0"]}, "does not offer the picture"),
        ({"values": None}, "one value for each of rotation, darkening, saturation"),
        ({"values": [0, 0]}, "one value for each of rotation, darkening, saturation"),
        ({"values": [90.5, 0, 1]}, "The value 90.5 of rotation is out of range: this round explores -90 to 90"),
        ({"values": [0, "0.3", 1]}, "The value '0.3' of darkening is no number"),
        ({"values": [0, float("nan"), 1]}, "of darkening is no number"),
        ({"values": [0, 0, True]}, "The value True of saturation is no number"),
        ({"viewer": ""}, "The page calls itself ''"),
        ({"viewer": "v" * 65}, "The page calls itself"),
        ({"viewer": {"a": 1}}, "The page calls itself"),
    ],
)
def test_what_the_page_cannot_have_sent_is_refused_in_words(card: Card, asked: dict[str, Any], message: str) -> None:
    answer = card.ask(**asked)
    assert not answer["ok"]
    assert message in answer["message"]
    with card.store.read() as db:
        assert not jobs.waiting(db, ["preview"], 10, time.time())


def test_a_number_that_is_none_is_refused(card: Card) -> None:
    assert "named the job 'x'" in card.look("x")["message"]


def test_nobody_elsewhere_may_ask_or_look(card: Card) -> None:
    number = card.ask()["job"]
    assert "this machine only" in card.ask(ELSEWHERE)["message"]
    assert "this machine only" in card.look(number, ELSEWHERE)["message"]


def test_a_round_that_offers_nothing_says_so(store: Store, made: Believable) -> None:
    with store.write() as db:
        campaigns.update_round(db, made.round, summary={"previews": []})
    assert "offers no pictures yet" in Card(store, made.round).ask()["message"]
    parts = drawn(store)
    assert "No pictures to try yet" in parts["try"]
    assert "data-try" not in parts["map"]


def drawn(store: Store, **asked: Any) -> dict[str, str]:
    with store.read() as db:
        facts = read_facts(db, None, "local")
    view = View(store, User("local", Role.ADMIN), facts, dict.fromkeys(CHOOSERS) | asked, LandscapeCache(store))
    return {name: part.update for name, part in landscape_page.draw(view).items()}


def test_the_card_has_a_picture_to_choose_and_a_slider_for_each_concept(store: Store, made: Believable) -> None:
    shown = drawn(store)["try"]
    assert shown.count("type='radio'") == 12
    assert shown.count(" checked") == 1
    assert "alt='Picture 1: stop'" in shown
    assert re.findall(r"data-name='(\w+)'", shown) == ["rotation", "darkening", "saturation"]
    assert f"data-round='{made.round}'" in shown


def test_a_cell_of_the_map_says_its_setting_with_what_is_held(store: Store, made: Believable) -> None:
    shown = drawn(store, pin0="saturation=1")["map"]
    setting = "{&quot;rotation&quot;: 30.0, &quot;darkening&quot;: 0.6, &quot;saturation&quot;: 0.5}"
    assert shown.count(f"data-try='{setting}'") == 1
    assert "press Enter, to try its setting" in shown


def test_words_of_the_round_are_escaped(store: Store, made: Believable) -> None:
    with store.write() as db:
        offered = campaigns.get_round(db, made.round).summary["previews"]
        odd = [o | {"stratum": "<b>'\"", "sample": "'><script>"} for o in offered]
        campaigns.update_round(db, made.round, summary={"previews": odd})
    shown = drawn(store)["try"]
    assert "<b>'" not in shown
    assert "<script>" not in shown


def test_a_slider_goes_through_the_levels_and_between_them() -> None:
    places = tryout.positions(SPACE.specs[1])
    assert [value for value, _ in places[:: tryout.FINE]] == [0, 0.3, 0.6, 0.8]
    assert places[0] == (0, "unchanged")
    assert places[15] == (0.45, "darkened by 45%")
    values = [value for value, _ in places]
    assert values == sorted(set(values))


def test_a_neutral_off_the_grid_is_on_the_slider() -> None:
    dark = ConceptSpec("darkening", Kind.ORDINAL, (0.1, 0.2), 0.0, "darkened by {value:.0%}")
    places = tryout.positions(dark)
    assert places[0] == (0.0, "unchanged")
    assert [value for value, _ in places[:: tryout.FINE]] == [0, 0.1, 0.2]


def test_there_is_nothing_between_the_levels_of_a_nominal_concept() -> None:
    weather = ConceptSpec("weather", Kind.NOMINAL, (0, 1, 2), 0, "weather {value:g}")
    assert tryout.positions(weather) == [(0, "unchanged"), (1, "weather 1"), (2, "weather 2")]


def test_a_value_between_the_levels_of_a_nominal_concept_is_refused() -> None:
    weather = ConceptSpace((ConceptSpec("weather", Kind.NOMINAL, (0, 1, 2), 0, "weather {value:g}"),))
    assert preview_actions.setting_of(weather, [2]) == [2.0]
    with pytest.raises(FadedError, match=r"weather has no level 1.5: choose one of 0, 1, 2."):
        preview_actions.setting_of(weather, [1.5])
