"""`python -m faded account`: who may come in. The first account locks the pages: from then on everybody signs in."""

from __future__ import annotations

import argparse
import getpass
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlsplit

from faded.commands.common import OK, Commands, by, existing_store, print_record, workspace_of
from faded.domain import FadedError, Role
from faded.flags import add_workspace
from faded.store import accounts, audit, former, invites, person, signing_in
from faded.store.accounts import Account
from faded.store.engine import open_store

ROLES = tuple(role.word for role in Role)


def add(commands: Commands) -> None:
    """Add the command and what it can do."""
    account = commands.add_parser(
        "account",
        help="say who may use the pages",
        description="Accounts of a workspace. As soon as there is one, everybody has to sign in, and the pages may "
        "listen on other addresses than 127.0.0.1.",
    )
    deeds = account.add_subparsers(required=True, metavar="WHAT")
    added = _deed(deeds, "add", _add, "add an account; asks for its password")
    _role(added, Role.ANNOTATOR)
    _password(added)
    invited = deeds.add_parser("invite", help="make a link with which somebody makes an account, or a new password")
    invited.add_argument("--name", metavar="NAME", help="of an account: the link sets its password anew")
    _role(invited, Role.ANNOTATOR)
    invited.add_argument(
        "--address", default="http://127.0.0.1:7860", metavar="URL", help="by which people reach the pages"
    )
    add_workspace(invited)
    invited.set_defaults(command=_invite)
    listed = deeds.add_parser("list", help="list the accounts")
    listed.add_argument("--json", metavar="FILE", help="write them as one JSON object, - for standard output")
    add_workspace(listed)
    listed.set_defaults(command=_list)
    changed = _deed(deeds, "role", _set_role, "give an account another role")
    changed.add_argument("ROLE", choices=ROLES, metavar="ROLE", help=", ".join(ROLES))
    _password(_deed(deeds, "password", _set_password, "set an account's password, and sign it out everywhere"))
    _deed(deeds, "disable", _disable, "let an account in no more; what it has said stays")
    _deed(deeds, "enable", _enable, "let a disabled account in again")
    _deed(deeds, "sign-out", _sign_out, "end all sessions of an account")
    taken = _deed(deeds, "export", _export, "write everything that is held of a person as one JSON object")
    taken.add_argument("--json", default="-", metavar="FILE|-", help="the file; - for standard output")
    deleted = _deed(deeds, "delete", _delete, "delete a person; what they said stays, without their name")
    deleted.add_argument("--yes", action="store_true", help="do not ask for the name once more")


def _deed(
    deeds: Commands, name: str, command: Callable[[argparse.Namespace], int], about: str
) -> argparse.ArgumentParser:
    """Add something that is done to one account."""
    deed: argparse.ArgumentParser = deeds.add_parser(name, help=about, description=f"{about[0].upper()}{about[1:]}.")
    deed.add_argument("NAME", help="of the account")
    add_workspace(deed)
    deed.set_defaults(command=command)
    return deed


def _role(parser: argparse.ArgumentParser, default: Role) -> None:
    parser.add_argument("--role", choices=ROLES, default=default.word, metavar="ROLE", help=f"{', '.join(ROLES)}")


def _password(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--password-stdin", action="store_true", help="read the password from standard input instead of asking for it"
    )


def _add(arguments: argparse.Namespace) -> int:
    name = accounts.check_name(arguments.NAME)
    role = Role.of(arguments.role)
    store = open_store(workspace_of(arguments))
    with store.read() as db:  # before somebody types a password for nothing
        accounts.check_new(db, name, role)
        first = not accounts.any_account(db)
    password = _typed(arguments, name)
    with store.write() as db:
        accounts.add(db, name, role, password, by(), time.time())
    print(f"{name} may come in as {accounts.an(role)}.", file=sys.stderr)
    if first:
        print("From now on everybody has to sign in, on this machine too.", file=sys.stderr)
    return OK


def _address(given: str) -> str:
    """Return the address by which people reach the pages, without a slash at its end.

    Raises:
        FadedError: it is none that a browser opens.
    """
    try:
        parts = urlsplit(given)
        fits = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        fits = fits and given.isprintable() and not set(given) & set(" ?#@")
    except ValueError:
        fits = False
    if not fits:
        raise FadedError(f"--address is {given!r}: give what people type to reach the pages, as https://example.org.")
    return given.rstrip("/")


def _invite(arguments: argparse.Namespace) -> int:
    address = _address(arguments.address)
    with existing_store(arguments).write() as db:
        token = invites.make(db, Role.of(arguments.role), by(), time.time(), arguments.name)
    print(f"{address}/join/{token}")
    days = round(invites.SECONDS / 86400)
    print(f"Whoever opens the link within {days} days can use it, once: send it to that person only.", file=sys.stderr)
    return OK


def _list(arguments: argparse.Namespace) -> int:
    with existing_store(arguments).read() as db:
        found = accounts.list_all(db)
    if arguments.json is not None:
        print_record({"accounts": [_record(account) for account in found]}, arguments.json)
        return OK
    if not found:
        print("There are no accounts: whoever sits at this machine may do everything, and nobody else comes in.")
    for account in found:
        print(f"{account.name}  {account.role.word}{'' if account.disabled_at is None else '  disabled'}")
    return OK


def _record(account: Account) -> dict[str, object]:
    return {
        "name": account.name,
        "role": account.role.word,
        "created_at": _when(account.created_at),
        "disabled_at": None if account.disabled_at is None else _when(account.disabled_at),
    }


def _when(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def _set_role(arguments: argparse.Namespace) -> int:
    role = Role.of(arguments.ROLE)
    with existing_store(arguments).write() as db:
        accounts.set_role(db, arguments.NAME, role, by(), time.time())
    return _said(f"{arguments.NAME} is {accounts.an(role)} from now on.")


def _set_password(arguments: argparse.Namespace) -> int:
    store = existing_store(arguments)
    with store.read() as db:
        name = accounts.get(db, arguments.NAME).name
    password = _typed(arguments, name)
    with store.write() as db:
        accounts.set_password(db, name, password, by(), time.time())
    return _said(f"{name} has a new password and is signed out everywhere.")


def _disable(arguments: argparse.Namespace) -> int:
    with existing_store(arguments).write() as db:
        accounts.disable(db, arguments.NAME, by(), time.time())
    return _said(f"{arguments.NAME} comes in no more.")


def _enable(arguments: argparse.Namespace) -> int:
    with existing_store(arguments).write() as db:
        accounts.enable(db, arguments.NAME, by(), time.time())
    return _said(f"{arguments.NAME} may come in again.")


def _sign_out(arguments: argparse.Namespace) -> int:
    with existing_store(arguments).write() as db:
        ended = accounts.sign_out_everywhere(db, arguments.NAME, by(), time.time())
    return _said(f"{ended} sessions of {arguments.NAME} have ended.")


def _export(arguments: argparse.Namespace) -> int:
    now = time.time()
    with existing_store(arguments).write() as db:
        found = person.data_of(db, former.known_name(db, arguments.NAME), now)
        audit.write(db, by(), "data exported", found["name"], now)
    print_record(found, arguments.json)
    return OK


def _delete(arguments: argparse.Namespace) -> int:
    store = existing_store(arguments)
    if not arguments.yes:
        if not sys.stdin.isatty():
            raise FadedError("There is no terminal to ask for the name once more: give --yes.")
        if input(f"This cannot be undone. To delete {arguments.NAME}, type the name again: ") != arguments.NAME:
            raise FadedError("The two names differ, so nobody was deleted: give the command again.")
    done = former.remove(store, arguments.NAME, by(), time.time())
    return _said(
        f"{arguments.NAME} is deleted. {done.events:,} verdicts and other events stay, given by {done.called}. "
        "Backups, exports and mirrors that were made before still hold the name."
    )


def _typed(arguments: argparse.Namespace, name: str) -> str:
    """Read a password and return its hash.

    Raises:
        FadedError: it cannot be used, or was typed in two ways.
    """
    if arguments.password_stdin:
        return signing_in.hashed(sys.stdin.readline().rstrip("\r\n"), name)
    if not sys.stdin.isatty():
        raise FadedError("There is no terminal to ask for the password: pipe it in, with --password-stdin.")
    password = getpass.getpass(f"Password of {name}: ")
    hashed = signing_in.hashed(password, name)
    if getpass.getpass("Once more: ") != password:
        raise FadedError("The two passwords differ: give the command again.")
    return hashed


def _said(words: str) -> int:
    print(words, file=sys.stderr)
    return OK
