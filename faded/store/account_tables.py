"""The tables of accounts: who may sign in, who is signed in, and who did what."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, ForeignKey, Index, Integer, Named, Table, Text, TypedColumns

from faded.store.tables import append_only, metadata

ROLES = CheckConstraint("role IN ('annotator', 'manager', 'admin')", name="role")


class AccountColumns(TypedColumns):
    """Somebody who may sign in. `password` is an argon2 hash."""

    id = Column(Integer, primary_key=True)
    name: Named[str] = Column(Text, unique=True)
    role: Named[str] = Column(Text)
    password: Named[str] = Column(Text)
    created_at: Named[float]
    disabled_at: Named[float | None]


class SessionColumns(TypedColumns):
    """A browser that is signed in. Of its token only the digest is kept."""

    digest: Named[str] = Column(Text, primary_key=True)
    account_id: Named[int] = Column(ForeignKey("accounts.id"))
    created_at: Named[float]
    expires_at: Named[float]


class InviteColumns(TypedColumns):
    """A link that makes an account, or where `account_id` is given, sets that account's password anew."""

    digest: Named[str] = Column(Text, primary_key=True)
    role: Named[str] = Column(Text)
    account_id: Named[int | None] = Column(ForeignKey("accounts.id"))
    made_by: Named[str] = Column(Text)
    created_at: Named[float]
    expires_at: Named[float]
    used_at: Named[float | None]


class AttemptColumns(TypedColumns):
    """A failed attempt to sign in, once about the name and once about the address it came from."""

    id = Column(Integer, primary_key=True)
    about: Named[str] = Column(Text)
    created_at: Named[float]


class AuditColumns(TypedColumns):
    """Who did what beside labeling; nothing here is changed or deleted but the name of somebody who is."""

    id = Column(Integer, primary_key=True)
    who: Named[str] = Column(Text)
    action: Named[str] = Column(Text)
    about: Named[str] = Column(Text)
    details: Named[dict[str, Any]] = Column(JSON)
    created_at: Named[float]


class FormerMemberColumns(TypedColumns):
    """Somebody whose name was deleted, who is called by the token; nothing here is ever changed or deleted.

    The token is random: workspaces exchange what people said, and a count would call two people alike. Of the name the
    SHA-256 digest is kept, so that what comes back from elsewhere does not bring the name back.
    """

    id = Column(Integer, primary_key=True)
    token: Named[str] = Column(Text, unique=True)
    digest: Named[str] = Column(Text)
    deleted_at: Named[float]


accounts = Table("accounts", metadata, AccountColumns, ROLES.copy())
sessions = Table("sessions", metadata, SessionColumns, Index("ix_sessions_account", "account_id"))
invites = Table("invites", metadata, InviteColumns, ROLES.copy())
attempts = Table("attempts", metadata, AttemptColumns, Index("ix_attempts_about", "about", "created_at"))
audit = Table("audit", metadata, AuditColumns, sqlite_autoincrement=True)
append_only(audit, "the audit log is append-only", names=("who", "about"))
former_members = Table("former_members", metadata, FormerMemberColumns, sqlite_autoincrement=True)
append_only(former_members, "former members are append-only")
