"""What server functions are handed, and what a page is told where one fails."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from faded.domain import FadedError, Role
from faded.ui.auth import USER, User
from faded.ui.draft import as_draft
from faded.ui.guarded import Answer, cleaned, guarded, of_pages
from faded.ui.policy import Permission
from faded.ui.theme import ASSETS

REQUEST: Any = SimpleNamespace(client=None, headers={"host": "x"}, scope={USER: User("ann", Role.ANNOTATOR)})


@pytest.mark.parametrize("sent", [None, 3, "x", [1], [{"a": 1}]])
def test_what_is_no_object_is_refused_before_the_function_sees_it(sent: object) -> None:
    def never(asked: dict[str, Any], request: Any) -> Answer:
        raise AssertionError

    (function,) = of_pages([never])
    answer = function(sent, REQUEST)
    assert not answer["ok"] and "where an object is expected" in answer["message"]


def test_halves_of_signs_and_numbers_without_measure_reach_nothing() -> None:
    assert cleaned({"a\ud800": ["x\udc00", {"b": "\U0001f600"}]}) == {"a\ufffd": ["x\ufffd", {"b": "\U0001f600"}]}
    deep: Any = 1
    for _ in range(40):
        deep = [deep]
    for wrong in (2**63, 10**400, -(10**400), float("nan"), float("inf"), deep):
        with pytest.raises(FadedError, match="reload it"):
            cleaned({"a": wrong})


def test_a_fault_of_our_own_is_in_the_log_and_the_page_is_told_so(capsys: pytest.CaptureFixture[str]) -> None:
    def work(user: User) -> Answer:
        raise KeyError("secret")

    answer = guarded(REQUEST, Permission.LOOK, work)
    assert not answer["ok"] and "secret" not in answer["message"] and "log" in answer["message"]
    assert "KeyError" in capsys.readouterr().err


@pytest.mark.parametrize("concepts", [3, "x", {"a": 1}, None])
def test_a_form_whose_concepts_are_no_list_has_none(concepts: object) -> None:
    assert as_draft({"name": "x", "concepts": concepts}).concepts == []


def test_no_script_needs_what_browsers_have_over_https_alone() -> None:
    """Pages may be reached by plain http on a network that is trusted."""
    calls = {script.name: script.read_text().count("randomUUID(") for script in ASSETS.glob("*.js")}
    assert len(calls) > 20 and not any(calls.values()), calls
