"""The page *Team*: what people have done, what they differ about, the rules of labeling, and who may come in."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any

import gradio as gr

from faded.domain import FadedError, Role, Verdict
from faded.labeling import qualification
from faded.labeling.standings import StandingsCache
from faded.settings import space
from faded.store import accounts, audit, events, guidelines, invites, labeling_rules, pauses, people, verdicts
from faded.store.engine import Store
from faded.store.labeling_rules import Rules
from faded.ui import auth, rules_actions, team_more
from faded.ui.accounts_door import JOIN
from faded.ui.auth import User
from faded.ui.cards import adjudicated, agreement, flags, team
from faded.ui.cards import gold as gold_card
from faded.ui.cards import guidelines as guidelines_card
from faded.ui.cards import qualify as qualify_card
from faded.ui.cards.accounts import purpose, render_accounts
from faded.ui.cards.rules import render_rules
from faded.ui.guarded import Answer, guarded, of_pages
from faded.ui.page import Page, Shown, View, shown_html
from faded.ui.policy import Permission, may
from faded.ui.team_more import Caches
from faded.ui.theme import asset, html

PARTS = (
    "people",
    "agreement",
    "disputes",
    "flags",
    "gold",
    "qualify",
    "rules",
    "guidelines",
    "accounts",
    *team_more.PARTS,
)

FOR_MANAGERS = "<p>This page is for managers: they see here how labeling goes, and set its rules.</p>"


def layout(store: Store, standings: StandingsCache) -> Page:
    """Lay out the page in the current Blocks context: how labeling goes first, what is seldom looked at last."""
    outputs = team_more.lay_first()
    with gr.Column(elem_classes="f-card"):
        outputs["people"] = html(elem_id="team-people")
    with gr.Column(elem_classes="f-card"):
        outputs["agreement"] = html(elem_id="team-agreement")
    outputs |= team_more.lay_middle()
    with gr.Column(elem_classes=["f-card", "o-shown"]):
        outputs["disputes"] = html(elem_id="team-disputes")
    with gr.Column(elem_classes=["f-card", "o-shown", "o-maybe"]):
        outputs["flags"] = html(elem_id="team-flags")
    with gr.Column(elem_classes=["f-card", "o-shown"]):
        outputs["gold"] = html(elem_id="team-gold")
    with gr.Column(elem_classes=["f-card", "o-maybe"]):
        outputs["qualify"] = html(elem_id="team-qualify")
    with gr.Row(elem_classes="o-columns"):
        with gr.Column(elem_classes="f-card"):
            outputs["rules"] = html(elem_id="team-rules")
        with gr.Column(elem_classes="t-beside"):
            with gr.Column(elem_classes="f-card"):
                outputs["guidelines"] = html(elem_id="team-guidelines")
            with gr.Column(elem_classes=["f-card", "o-maybe"]):
                outputs["accounts"] = html(elem_id="team-accounts")
    outputs |= team_more.lay_last(store)
    gr.HTML(
        "",
        elem_id="team-does",
        apply_default_css=False,
        js_on_load=asset("team.js"),
        server_functions=of_pages(server_functions(store)),
    )
    caches = Caches(standings)
    return Page("team", outputs, lambda view: draw(view, caches), managers_only=tuple(set(PARTS) - {"contents"}))


def draw(view: View, caches: Caches) -> Mapping[str, Shown]:
    """Draw every part; for people who are not shown it, who is."""
    if not may(view.user.role, Permission.SEE_TEAM):
        return {name: shown_html("") for name in PARTS} | {"contents": shown_html(FOR_MANAGERS)}
    facts = view.facts
    agreed = None if facts is None else caches.agreement.get(view.store, facts)
    with view.store.read() as db:
        rules = Rules() if facts is None else labeling_rules.of_campaign(db, facts.campaign.id)
        pause = None if facts is None else pauses.of_campaign(db, facts.campaign.id)
        versions = [] if facts is None else guidelines.versions(db, facts.campaign.id)
        asked = None if facts is None or not rules.qualify else qualification.attempts(db, facts.round, rules)
        known_answers = None if facts is None else gold_card.read(db, facts.round.id)
        disputed = [] if facts is None else people.disputes(db, facts.round.id, team.DISPUTES_SHOWN)
        decided = [] if facts is None else people.latest_adjudications(db, facts.round.id, adjudicated.SHOWN)
        flagged = None if facts is None else flags.read(db, facts.round.id)
        manages = may(view.user.role, Permission.MANAGE_PEOPLE)
        known = accounts.list_all(db) if manages else None
        invited = invites.open_ones(db, time.time()) if manages else []
    return {
        "people": shown_html(team.render_people(facts, () if agreed is None else agreed.annotators)),
        "agreement": shown_html(agreement.render(agreed, None if facts is None else caches.agreement.missing(facts))),
        "disputes": shown_html(
            team.render_disputes(facts, disputed, rules, view.store.workspace)
            + adjudicated.render(facts, decided, view.user.name, view.store.workspace)
        ),
        "flags": shown_html(
            "" if facts is None or flagged is None else flags.render(facts, *flagged, view.store.workspace)
        ),
        "gold": shown_html(gold_card.render(facts, known_answers, rules.gold_percent, view.store.workspace)),
        "qualify": shown_html("" if asked is None else qualify_card.render(asked, rules)),
        "guidelines": shown_html(guidelines_card.render(facts, versions)),
        "rules": shown_html(render_rules(facts, rules, pause)),
        "accounts": shown_html(render_accounts(known, invited)),
        **team_more.draw(view, caches),
    }


def server_functions(store: Store) -> list[Callable[..., Answer]]:
    """Return the functions of the page, bound to a store."""

    def team_adjudicate(asked: dict[str, Any], request: gr.Request) -> Answer:
        """Settle what people differ about."""
        return guarded(request, Permission.ADJUDICATE, lambda user: adjudicate(store, user, asked))

    def team_take_back(asked: dict[str, Any], request: gr.Request) -> Answer:
        """Take back what one has settled."""
        return guarded(request, Permission.ADJUDICATE, lambda user: take_back(store, user, asked))

    def team_rules(asked: dict[str, Any], request: gr.Request) -> Answer:
        """Set the rules of a round's campaign."""
        return guarded(request, Permission.SET_RULES, lambda user: rules_actions.set_rules(store, user, asked))

    def team_invite(asked: dict[str, Any], request: gr.Request) -> Answer:
        """Make a link with which somebody makes an account, or an account gets a new password."""
        return guarded(request, Permission.MANAGE_PEOPLE, lambda user: invite(store, user, asked))

    def team_withdraw(asked: dict[str, Any], request: gr.Request) -> Answer:
        """Let a link be used no more."""
        return guarded(request, Permission.MANAGE_PEOPLE, lambda user: withdraw(store, user, asked))

    def team_account(asked: dict[str, Any], request: gr.Request) -> Answer:
        """Change an account."""
        return guarded(request, Permission.MANAGE_PEOPLE, lambda user: change_account(store, user, asked))

    def team_pause(asked: dict[str, Any], request: gr.Request) -> Answer:
        """Pause the labeling of a round's campaign, or let it go on."""
        return guarded(request, Permission.SET_RULES, lambda user: rules_actions.pause(store, user, asked))

    def team_gold(asked: dict[str, Any], request: gr.Request) -> Answer:
        """Make the answer of a proposal known, or withdraw it."""
        return guarded(request, Permission.SET_RULES, lambda user: rules_actions.know(store, user, asked))

    def team_qualify(asked: dict[str, Any], request: gr.Request) -> Answer:
        """Let a person in who has not qualified, or give them a new attempt."""
        return guarded(request, Permission.SET_RULES, lambda user: rules_actions.qualify(store, user, asked))

    def team_guidelines(asked: dict[str, Any], request: gr.Request) -> Answer:
        """Save a new version of a campaign's own guidelines."""
        return guarded(request, Permission.SET_RULES, lambda user: rules_actions.guide(store, user, asked))

    return [
        team_adjudicate,
        team_take_back,
        team_rules,
        team_pause,
        team_gold,
        team_qualify,
        team_guidelines,
        team_invite,
        team_withdraw,
        team_account,
    ]


def adjudicate(store: Store, user: User, asked: Mapping[str, Any]) -> Answer:
    """Give the verdict that settles a proposal.

    Raises:
        FadedError: no verdict or no reason is given, or the verdict cannot stand.
    """
    given, answer = asked.get("verdict"), str(asked.get("answer") or "").strip() or None
    if not isinstance(given, str) or given not in set(Verdict):
        raise FadedError("Choose the right verdict first.")
    verdict, proposal, now = Verdict(given), str(asked.get("proposal")), time.time()
    key = str(asked.get("key") or "")[: verdicts.LONGEST_KEY + 1]
    with auth.acting(store, user) as db:
        again = bool(events.known(db, [key]))
        if not again and not people.is_disputed(db, proposal):
            raise FadedError("Nothing is disputed about it any more: reload the page.")
        verdicts.submit(
            db,
            proposal,
            user.name,
            key,
            now=now,
            verdict=verdict,
            answer=answer if verdict is Verdict.CONFIRM else None,
            adjudicates=str(asked.get("reason") or ""),
        )
        if not again:
            audit.write(db, user.name, "adjudicated", f"proposal {proposal}", now, {"verdict": verdict.value})
    return {}


def take_back(store: Store, user: User, asked: Mapping[str, Any]) -> Answer:
    """Take back an adjudication of one's own.

    Raises:
        FadedError: it was taken back already, is somebody else's, or the round is decided.
    """
    now, round_id = time.time(), rules_actions.round_of(asked)
    with auth.acting(store, user) as db:
        found = verdicts.undo(db, round_id, user.name, uuid.uuid4().hex, now, str(asked.get("event")), True)
        if found is None:
            raise FadedError("It was taken back already, or somebody else gave it: reload the page.")
        audit.write(db, user.name, "adjudication taken back", f"proposal {found.id}", now)
    return {}


def invite(store: Store, user: User, asked: Mapping[str, Any]) -> Answer:
    """Return the path of a new invitation, and what it is for.

    Raises:
        FadedError: the role or the account is none, or people sign in elsewhere.
    """
    role, name = _role(asked), asked.get("name")
    with auth.acting(store, user) as db:
        token = invites.make(db, role, user.name, time.time(), None if name is None else str(name))
        found = invites.read(db, token, time.time())
    return {
        "path": f"{JOIN}{token}",
        "days": round(invites.SECONDS / 86400),
        "purpose": purpose(found),
        "digest": found.digest,
    }


def withdraw(store: Store, user: User, asked: Mapping[str, Any]) -> Answer:
    """Let an invitation be used no more.

    Raises:
        FadedError: there is none that can be used.
    """
    with auth.acting(store, user) as db:
        invites.withdraw(db, str(asked.get("invitation")), user.name, time.time())
    return {}


def change_account(store: Store, user: User, asked: Mapping[str, Any]) -> Answer:
    """Do what a button beside an account says.

    Raises:
        FadedError: it cannot be done; the message says why.
    """
    name, do, now = str(asked.get("name")), asked.get("do"), time.time()
    with auth.acting(store, user) as db:
        if do == "role":
            accounts.set_role(db, name, _role(asked), user.name, now)
        elif do == "disable":
            accounts.disable(db, name, user.name, now)
        elif do == "enable":
            accounts.enable(db, name, user.name, now)
        elif do == "sign_out":
            accounts.sign_out_everywhere(db, name, user.name, now)
        else:
            raise FadedError(f"The page sent {do!r}: reload it.")
    return {}


def _role(asked: Mapping[str, Any]) -> Role:
    given = str(asked.get("role", "annotator")).upper()
    if space() is not None or given not in Role.__members__:
        raise FadedError(f"The role {given.lower()!r} cannot be given here: reload the page.")
    return Role[given]
