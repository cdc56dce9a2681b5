"""The pages: every server function and every event, as each role and as nobody, with JSON that Hypothesis makes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import hypothesis
from hypothesis import HealthCheck, Phase
from hypothesis import strategies as st

from benchmarks.fuzz_bytes import ODD, TOKENS, generator
from benchmarks.fuzz_files import CAMPAIGN, Attempt
from faded.domain import FadedError, Role, Verdict
from faded.store import accounts, labeling_rules, verdicts
from faded.store.engine import Store, open_store
from faded.store.labeling_rules import Rules
from faded.ui.auth import USER, User
from faded.ui.build import build
from tests.ui import believable, believable_sets, believable_text

ROLES = (*Role, None)
WORDS = (
    *("run", "label", "landscape", "repair", "verify", "new", "team", "verdict", "skip", "flag", "undo", "role"),
    *(
        "confirm",
        "reject",
        "invalid",
        "unsure",
        "majority",
        "unanimous",
        "adjudicated",
        "annotator",
        "manager",
        "admin",
    ),
    *("disable", "enable", "sign_out", "ann", "signs", "image", "text", "bias", "quality", "best", "worst", "own"),
)
NAMES = (
    *("round", "want", "have", "consent", "events", "kind", "key", "proposal", "verdict", "answer", "reason", "flag"),
    *("ratings", "visible_ms", "guidelines", "voids", "guide", "fields", "text", "name", "modes", "opinions", "policy"),
    *("do", "role", "sample", "setting", "viewer", "job", "labelled", "columns", "label_map", "concepts", "task"),
    *("target", "data", "space", "slots", "threshold", "bound", "queries", "seed", "levels", "on", "turn", "last"),
)


def _values(known: list[Any]) -> st.SearchStrategy[Any]:
    """Return JSON values, among them many that the pages know."""
    broken = st.text(st.characters(exclude_categories=()), max_size=20)  # halves of signs too: JSON can hold them
    leaf = st.one_of(
        st.sampled_from([*known, *WORDS, *(t.decode("latin-1") for t in TOKENS)]),
        st.sampled_from([odd for odd in ODD if not isinstance(odd, list | dict)]),
        st.integers(),
        st.floats(),
        broken,
    )
    return st.recursive(
        leaf,
        lambda inner: st.one_of(
            st.lists(inner, max_size=4), st.dictionaries(st.sampled_from(NAMES) | broken, inner, max_size=8)
        ),
        max_leaves=12,
    )


def _asked(known: list[Any]) -> st.SearchStrategy[Any]:
    """Return what a page's script may send: mostly objects with the names that functions look for."""
    value = _values(known)
    event = st.fixed_dictionaries(
        {},
        optional={
            "kind": st.sampled_from(("verdict", "skip", "flag", "undo")) | value,
            "key": st.text(min_size=1, max_size=8) | value,
            "proposal": st.sampled_from(known) | value,
            "verdict": st.sampled_from([v.value for v in Verdict]) | value,
            **{name: value for name in ("answer", "reason", "ratings", "visible_ms", "guidelines", "voids", "round")},
        },
    )
    events = st.fixed_dictionaries({"events": st.lists(event, max_size=4)}, optional={"round": value, "have": value})
    named = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(known) | value, max_size=10)
    file = st.fixed_dictionaries({"text": st.sampled_from([CAMPAIGN, CAMPAIGN[:90]]) | st.text(max_size=60)})
    fields = st.fixed_dictionaries({"fields": named})
    return st.one_of(events, named, file, fields, value)


def _filled(workspace: Path) -> tuple[Store, list[Any]]:
    """Return a store with rounds of all three tasks and accounts, and the names of what is in it."""
    store = open_store(workspace)
    made = [believable.explored(store, queries=300), believable_text.explored(store)]
    made.append(believable_sets.explored(store))
    with store.write() as db:
        labeling_rules.save(db, made[0].campaign, Rules(2), "mira", 1.0)
        for name, role in (("mira", Role.ADMIN), ("ann", Role.ANNOTATOR)):
            accounts.add(db, name, role, "no hash", "test", 1.0)
        for role in Role:
            accounts.add(db, role.name.lower(), role, "no hash", "test", 1.0)
        for number, proposal in enumerate(made[0].proposals[:6]):
            for who, verdict in (("ann", Verdict.CONFIRM), ("bo", (Verdict.CONFIRM, Verdict.REJECT)[number % 2])):
                verdicts.submit(db, proposal, who, f"{who}{number}", now=9.0, verdict=verdict, visible_ms=900)
    known = [one.round for one in made] + [name for one in made for name in one.proposals[:4]]
    return store, [*known, *(str(one.round) for one in made)]


def _request(role: Role | None) -> Any:
    user = None if role is None else User(role.name.lower(), role)
    return SimpleNamespace(client=None, headers={"host": "faded.example"}, scope={USER: user})


def _drive(seed: int, count: int, strategy: st.SearchStrategy[Any], one: Callable[[Any], None]) -> None:
    """Hand as many generated values to a function."""
    done = 0

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=count,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(strategy)
    def each(value: Any) -> None:
        nonlocal done
        if done < count:
            done += 1
            one(value)

    each()


def functions(work: Path, seed: int, count: int, attempt: Attempt) -> None:
    """Every server function of every page."""
    store, known = _filled(work / "workspace")
    app = build(store, lambda: "Worker ready", lambda: "")
    found = {
        name: getattr(block, name)
        for block in app.blocks.values()
        for name in block.get_config().get("server_fns") or getattr(block, "server_fns", ()) or ()
    }
    choice = generator(seed, 0)

    def one(asked: Any) -> None:
        name, role = choice.choice(sorted(found)), choice.choice(ROLES)
        attempt(f"{name} as {'nobody' if role is None else role.name.lower()}", lambda: _call(found[name], asked, role))

    _drive(seed, count, _asked(known), one)
    store.close()


def _call(function: Callable[..., Any], asked: Any, role: Role | None) -> None:
    """Call a server function; the answer can be sent, and says in words what is wrong.

    Raises:
        AssertionError: it does not.
    """
    answer = function(asked, _request(role))
    json.dumps(answer, ensure_ascii=False, allow_nan=False).encode()
    if not answer["ok"] and not (isinstance(answer["message"], str) and 0 < len(answer["message"]) < 20_000):
        raise AssertionError(f"a message of {len(answer['message'])} characters")
    if role is None and answer["ok"]:
        raise AssertionError("nobody was answered")
    if not answer["ok"]:
        raise FadedError(answer["message"])


def events(work: Path, seed: int, count: int, attempt: Attempt) -> None:
    """Every event of Gradio's that has a function, with values as its components take them."""
    store, known = _filled(work / "workspace")
    app = build(store, lambda: "Worker ready", lambda: "")
    wired = [fn for fn in app.fns.values() if callable(fn.fn)]
    choice, value = generator(seed, 0), _values(known)

    def one(given: list[Any]) -> None:
        fn, role = choice.choice(wired), choice.choice(ROLES)
        said = (given * (1 + len(fn.inputs)))[: len(fn.inputs)]
        attempt(f"event {fn.name}", lambda: _event(fn, said, role))

    _drive(seed, count, st.lists(value, min_size=1, max_size=12), one)
    store.close()


def _event(fn: Any, said: list[Any], role: Role | None) -> None:
    """Call an event's function as Gradio does, once its components take the values."""
    values = []
    for component, given in zip(fn.inputs, said, strict=True):
        try:
            model = getattr(component, "data_model", None)
            values.append(component.preprocess(given if model is None else model(given)))
        except Exception:  # Gradio answers with an error of its own
            values.append(None)
    fn.fn(SimpleNamespace(request=_request(role)), *values)
