"""Who may come in as HTML, for admins: accounts, and links that make one or set a password."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from faded.domain import Role
from faded.settings import space
from faded.store.accounts import Account
from faded.store.invites import Invite
from faded.ui.cards import person
from faded.ui.page import empty
from faded.ui.words import clock


def render_accounts(accounts: Sequence[Account] | None, invited: Sequence[Invite]) -> str:
    """Return the card's content; nothing where the person who looks may not change it.

    Args:
        accounts: Who has an account; None where the person who looks is no admin.
        invited: Invitations that can be used.
    """
    head = "<h2>Who may come in</h2>"
    if space() is not None:
        text = "On a Space its settings say who may come in: FADED_MANAGERS and FADED_ANNOTATORS."
        return f"{head}<p class='f-quiet'>{text}</p>"
    if accounts is None:
        return ""
    if not accounts:
        return head + empty(
            "Nobody needs an account yet",
            "The pages answer this machine only. To invite others, add an admin first: "
            "<code>python -m faded account add NAME --role admin</code>.",
        )
    rows = "".join(_account(one) for one in accounts)
    return (
        f"{head}<ul class='t-accounts'>{rows}</ul>"
        f"<form class='t-invite' data-invite><label>Invite somebody as <select name='role' data-keep='invite-role'>"
        f"{_roles(Role.ANNOTATOR)}</select></label><button class='f-save'>Make a link</button>"
        "<p class='o-wrong' role='alert'></p></form><div class='t-link' role='status'></div>"
        f"{_invitations(invited)}"
    )


def purpose(invite: Invite) -> str:
    """Say what an invitation is for."""
    return f"a new account as {invite.role.word}" if invite.name is None else f"a new password of {invite.name}"


def _invitations(invited: Sequence[Invite]) -> str:
    if not invited:
        return ""
    rows = "".join(
        f"<li><b>For {escape(purpose(one))}</b><span class='f-quiet'>from {escape(one.made_by)}, until "
        f"{clock(one.expires_at)}</span><form data-send='team_withdraw' data-said='The link is withdrawn.'>"
        f"<input type='hidden' name='invitation' value='{one.digest}'><button>Withdraw</button>"
        "<p class='o-wrong' role='alert'></p></form></li>"
        for one in invited
    )
    return f"<h3>Links that can be used</h3><ul class='t-accounts'>{rows}</ul>"


def _account(one: Account) -> str:
    name = escape(one.name, quote=True)
    off = one.disabled_at is not None
    return (
        f"<li><b>{name}</b><form data-role='{name}' data-said='{name} has a new role.'>"
        f"<label><span class='f-hidden'>Role of {name}</span>"
        f"<select name='role' data-keep='role-{name}'>{_roles(one.role)}</select></label>"
        "<button hidden>Give this role</button><p class='o-wrong' role='alert'></p></form>"
        f"<button type='button' data-account='{name}' data-do='password'>New password</button>"
        f"<button type='button' data-account='{name}' data-do='sign_out' data-said='{name} is signed out everywhere.'>"
        "Sign out everywhere</button>"
        f"{_let_in(name) if off else _disable(name)}"
        f"{'<span class=f-pill>disabled</span>' if off else ''}{person.render(one.name)}</li>"
    )


def _let_in(name: str) -> str:
    return (
        f"<button type='button' data-account='{name}' data-do='enable' data-said='The account is let in again.'>"
        "Let in again</button>"
    )


def _disable(name: str) -> str:
    ask, said = f"Let {name} in no more? What they have said stays.", f"{name} is let in no more."
    return (
        f"<button type='button' data-account='{name}' data-do='disable' data-ask='{ask}' data-said='{said}'>"
        "Disable</button>"
    )


def _roles(chosen: Role) -> str:
    return "".join(
        f"<option value='{role.word}'{' selected' if role is chosen else ''}>{role.word}</option>" for role in Role
    )
