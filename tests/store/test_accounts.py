from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy.exc

from faded.domain import FadedError, Role
from faded.store import accounts, audit, invites, signing_in
from faded.store.engine import DATABASE, Store
from faded.store.signing_in import TooManyAttempts

PASSWORD = "correct horse battery"  # noqa: S105 - of a test
OTHER = "staple and some more"
NOW = 1_000_000.0


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash quickly: how long a hash takes is no matter here."""
    monkeypatch.setattr(signing_in, "_HASHER", signing_in.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    signing_in._nobody.cache_clear()


@pytest.fixture
def people(store: Store) -> Store:
    """A store with mira, an admin, and ann, an annotator."""
    add(store, "mira", Role.ADMIN)
    add(store, "ann", Role.ANNOTATOR)
    return store


def add(store: Store, name: str, role: Role) -> None:
    with store.write() as db:
        accounts.add(db, name, role, signing_in.hashed(PASSWORD, name), "test", NOW)


def sign_in(store: Store, name: str, password: str = PASSWORD, address: str = "10.0.0.1", now: float = NOW) -> str:
    return signing_in.sign_in(store, name, password, address, now)


def who(store: Store, token: str, now: float = NOW) -> str | None:
    with store.read() as db:
        found = signing_in.who(db, token, now)
    return None if found is None else found.name


def test_a_session_knows_its_account_until_it_ends(people: Store) -> None:
    token = sign_in(people, " Ann ")
    assert who(people, token) == "ann" and who(people, "") is None and who(people, token + "x") is None
    assert who(people, token, NOW + signing_in.SESSION_SECONDS - 1) == "ann"
    assert who(people, token, NOW + signing_in.SESSION_SECONDS) is None
    other = sign_in(people, "ann")
    with people.write() as db:
        signing_in.sign_out(db, token)
    assert who(people, token) is None and who(people, other) == "ann"
    with people.write() as db:
        assert accounts.sign_out_everywhere(db, "ann", "mira", NOW) == 1
    assert who(people, other) is None


def test_a_changed_password_or_a_disabled_account_ends_sessions(people: Store) -> None:
    token = sign_in(people, "ann")
    with people.write() as db:
        accounts.set_password(db, "ann", signing_in.hashed(OTHER, "ann"), "mira", NOW)
    assert who(people, token) is None
    with pytest.raises(FadedError, match="do not go together"):
        sign_in(people, "ann")
    token = sign_in(people, "ann", OTHER)
    with people.write() as db:
        accounts.disable(db, "ann", "mira", NOW)
    assert who(people, token) is None
    with pytest.raises(FadedError, match="do not go together"):
        sign_in(people, "ann", OTHER)
    with people.write() as db:
        accounts.enable(db, "ann", "mira", NOW)
    assert who(people, sign_in(people, "ann", OTHER)) == "ann"


def test_a_role_holds_from_the_next_request_on(people: Store) -> None:
    token = sign_in(people, "ann")
    with people.write() as db:
        accounts.set_role(db, "ann", Role.MANAGER, "mira", NOW)
    with people.read() as db:
        found = signing_in.who(db, token, NOW)
    assert found is not None and found.role is Role.MANAGER


def test_guessing_is_limited_by_name_and_by_address(people: Store) -> None:
    for _ in range(signing_in.MOST_PER_NAME):
        with pytest.raises(FadedError, match="do not go together"):
            sign_in(people, "ann", "wrong")
    with pytest.raises(TooManyAttempts, match="try again in 15 minutes"):
        sign_in(people, "ann")
    assert who(people, sign_in(people, "ann", address="10.0.0.9")) == "ann", "guessing elsewhere keeps her not out"
    for _ in range(signing_in.MOST_PER_NAME):
        with pytest.raises(FadedError):
            sign_in(people, "ann", "wrong")
    assert who(people, sign_in(people, "mira")) == "mira", "another name is not held up"
    for i in range(signing_in.MOST_PER_ADDRESS - signing_in.MOST_PER_NAME):
        with pytest.raises(FadedError, match="do not go together"):
            sign_in(people, f"guess{i}", "wrong")
    with pytest.raises(TooManyAttempts):
        sign_in(people, "mira")
    assert who(people, sign_in(people, "mira", address="10.0.0.2")) == "mira"
    later = NOW + signing_in.WINDOW_SECONDS
    assert who(people, sign_in(people, "ann", now=later), later) == "ann"


def test_those_who_know_their_password_never_wait(people: Store) -> None:
    for _ in range(2 * signing_in.MOST_PER_ADDRESS):
        sign_in(people, "ann")
    with pytest.raises(FadedError, match="do not go together"):
        sign_in(people, "ann", "wrong")
    assert who(people, sign_in(people, "ann")) == "ann"


def test_many_guesses_at_once_are_limited_too(people: Store) -> None:
    def guess(i: int) -> str:
        try:
            sign_in(people, "ann", f"wrong {i}", now=NOW + (i * 7) % 24 / 10)  # whose clock is late may come first
        except TooManyAttempts:
            return "waits"
        except FadedError:
            return "wrong"
        return "in"

    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(guess, range(24)))
    assert said.count("wrong") == signing_in.MOST_PER_NAME and said.count("waits") == 24 - signing_in.MOST_PER_NAME


def test_a_clock_that_was_set_back_locks_nobody_out(people: Store) -> None:
    for _ in range(signing_in.MOST_PER_NAME):
        with pytest.raises(FadedError):
            sign_in(people, "ann", "wrong", now=NOW + 1e6)
    assert who(people, sign_in(people, "ann")) == "ann"


def test_the_first_account_is_an_admins_and_the_last_one_stays(store: Store) -> None:
    with store.read() as db:
        assert not accounts.any_account(db)
    with pytest.raises(FadedError, match="add an admin first"):
        add(store, "ann", Role.ANNOTATOR)
    with store.write() as db, pytest.raises(FadedError, match="add an admin first"):
        invites.make(db, Role.ANNOTATOR, "test", NOW)
    add(store, "mira", Role.ADMIN)
    for deed in (
        lambda db: accounts.disable(db, "mira", "test", NOW),
        lambda db: accounts.set_role(db, "mira", Role.MANAGER, "test", NOW),
    ):
        with pytest.raises(FadedError, match="mira is the last admin"), store.write() as db:
            deed(db)
    add(store, "noor", Role.ADMIN)
    with store.write() as db:
        accounts.disable(db, "mira", "noor", NOW)
    with pytest.raises(FadedError, match="noor is the last admin"), store.write() as db:
        accounts.disable(db, "noor", "noor", NOW)


@pytest.mark.parametrize("name", ["", "a", "a b", "-ann", "ann/..", "<b>", "ännchen", "a" * 41, "local", "oracle"])
def test_a_name_that_cannot_be_used_is_refused(people: Store, name: str) -> None:
    with pytest.raises(FadedError, match=r"cannot be used|Faded's own"):
        add(people, name, Role.ANNOTATOR)


@pytest.mark.parametrize(
    ("password", "said"),
    [("short", "5 char"), ("x" * 201, "201 char"), ("Annabel.Lee.1849", "is the name")],
)
def test_a_password_that_is_no_good_is_refused(password: str, said: str) -> None:
    with pytest.raises(FadedError, match=said):
        signing_in.hashed(password, "annabel.lee.1849")


def test_an_unknown_account_is_named_with_those_that_there_are(people: Store) -> None:
    with (
        people.read() as db,
        pytest.raises(FadedError, match=r"named 'mirra' \(did you mean mira\?\)\. Known: ann, mira"),
    ):
        accounts.get(db, "mirra")
    with pytest.raises(FadedError, match="already"):
        add(people, "ANN", Role.ANNOTATOR)


def test_an_invitation_is_used_once_and_in_time(people: Store) -> None:
    with people.write() as db:
        token, late = (invites.make(db, Role.MANAGER, "mira", NOW) for _ in range(2))
    with pytest.raises(FadedError, match="ask for a new one"):
        signing_in.accept(people, late, "lena", OTHER, NOW + invites.SECONDS)
    for name, password, said in (
        ("ann", OTHER, "already"),
        ("l", OTHER, "cannot be used"),
        ("lena", "short", "5 ch"),
    ):
        with pytest.raises(FadedError, match=said):  # a slip does not use it up
            signing_in.accept(people, token, name, password, NOW)
    with pytest.raises(FadedError, match="1 different characters"):
        signing_in.accept(people, token, "lena", 12 * " ", NOW)
    session = signing_in.accept(people, token, "Lena", OTHER, NOW)
    assert who(people, session) == "lena"
    with pytest.raises(FadedError, match="ask for a new one"):
        signing_in.accept(people, token, "lena2", OTHER, NOW)
    with people.read() as db:
        assert accounts.get(db, "lena").role is Role.MANAGER


def test_an_invitation_that_is_withdrawn_while_it_is_used_makes_no_account(
    people: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with people.write() as db:
        token = invites.make(db, Role.ADMIN, "mira", NOW)
    hashed = signing_in.hashed

    def withdrawn_meanwhile(password: str, name: str) -> str:
        with people.write() as db:
            invites.withdraw(db, invites.digest(token), "mira", NOW + 1)
        return hashed(password, name)

    monkeypatch.setattr(signing_in, "hashed", withdrawn_meanwhile)
    with pytest.raises(FadedError, match="ask for a new one"):
        signing_in.accept(people, token, "lena", OTHER, NOW)
    with people.read() as db:
        assert accounts.find(db, "lena") is None and invites.open_ones(db, NOW) == []


def test_two_who_use_an_invitation_at_once_make_one_account(people: Store) -> None:
    with people.write() as db:
        token = invites.make(db, Role.ANNOTATOR, "mira", NOW)

    def use(name: str) -> bool:
        try:
            signing_in.accept(people, token, name, OTHER, NOW)
        except FadedError:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(use, ["lena", "lea", "leo", "lou"])) == 1
    with people.read() as db:
        assert len(accounts.list_all(db)) == 3


def test_an_invitation_of_an_account_sets_its_password(people: Store) -> None:
    before = sign_in(people, "ann")
    with people.write() as db:
        token = invites.make(db, Role.ADMIN, "mira", NOW, "ann")
    session = signing_in.accept(people, token, "somebody", OTHER, NOW)
    assert who(people, session) == "ann" and who(people, before) is None
    with people.read() as db:
        assert accounts.get(db, "ann").role is Role.ANNOTATOR
    with people.write() as db:
        accounts.disable(db, "ann", "mira", NOW)
        token = invites.make(db, Role.ADMIN, "mira", NOW, "ann")
    with pytest.raises(FadedError, match="is disabled"):
        signing_in.accept(people, token, "", OTHER, NOW)


def test_what_was_done_is_written_down_for_good_and_no_secret_with_it(people: Store) -> None:
    token = sign_in(people, "ann")
    with people.write() as db:
        invitation = invites.make(db, Role.ANNOTATOR, "mira", NOW)
        accounts.set_role(db, "ann", Role.MANAGER, "mira", NOW)
        entries = audit.newest(db, 3)
    assert [(e.who, e.action, e.about) for e in entries] == [
        ("mira", "role changed", "ann"),
        ("mira", "invited", "annotator"),
        ("test", "account added", "ann"),
    ]
    assert entries[0].details == {"from": "annotator", "to": "manager"}
    for statement in ("UPDATE audit SET who = 'x'", "DELETE FROM audit"):
        with pytest.raises(sqlalchemy.exc.IntegrityError, match="append-only"), people.write() as db:
            db.exec_driver_sql(statement)
    with sqlite3.connect(people.workspace / DATABASE) as db:
        kept = "\n".join(db.iterdump())
    assert not any(secret in kept for secret in (PASSWORD, token, invitation))


@pytest.mark.parametrize("fall", ["disable", "role", "password"])
def test_invitations_of_somebody_who_falls_are_void(people: Store, fall: str) -> None:
    add(people, "noor", Role.ADMIN)
    with people.write() as db:
        token = invites.make(db, Role.ADMIN, "noor", NOW)
        own = invites.make(db, Role.ADMIN, "mira", NOW, "noor")
        if fall == "disable":
            accounts.disable(db, "noor", "mira", NOW)
        elif fall == "role":
            accounts.set_role(db, "noor", Role.MANAGER, "mira", NOW)
        else:
            accounts.set_password(db, "noor", signing_in.hashed(OTHER, "noor"), "mira", NOW)
    for void in (token, own):
        with pytest.raises(FadedError, match="ask for a new one"):
            signing_in.accept(people, void, "noor2", OTHER, NOW)


def test_a_new_password_lets_a_name_in_at_once(people: Store) -> None:
    for _ in range(signing_in.MOST_PER_NAME):
        with pytest.raises(FadedError):
            sign_in(people, "ann", "wrong")
    with people.write() as db:
        accounts.set_password(db, "ann", signing_in.hashed(OTHER, "ann"), "mira", NOW)
    assert who(people, sign_in(people, "ann", OTHER)) == "ann"


def test_hashes_take_turns(people: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signing_in, "WAIT_SECONDS", 0.01)
    assert signing_in.AT_ONCE.acquire() and signing_in.AT_ONCE.acquire()
    try:
        with pytest.raises(TooManyAttempts, match="Many people sign in"):
            sign_in(people, "ann")
    finally:
        signing_in.AT_ONCE.release(2)
    assert who(people, sign_in(people, "ann")) == "ann"
