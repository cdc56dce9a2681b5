"""Who may do what on the pages: the one place that says it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto

from faded.domain import Role


class Permission(Enum):
    """What somebody may be allowed to do. Every handler names its own, and asks for it before anything else."""

    LOOK = auto()
    """Look at the pages."""
    TRY = auto()
    """Try a setting on a sample."""
    LABEL = auto()
    """Judge, skip, flag and undo; practise."""
    TAKE_OWN_DATA = auto()
    """Take away what is kept of oneself."""
    RUN = auto()
    """Start, stop, resume, choose what to fade, repair, accept and roll back."""
    BEGIN = auto()
    """Describe a campaign on the hub's models and data, and begin it."""
    REPORT = auto()
    """Take reports and exports."""
    SEE_TEAM = auto()
    """See who has said what, and the audit log."""
    ADJUDICATE = auto()
    """Settle what people differ about."""
    SET_RULES = auto()
    """Set the rules of labeling: who judges what and when, known answers, qualifications, guidelines, pauses."""
    NAME_PLACES = auto()
    """Name files, folders and functions of the machine."""
    MANAGE_PEOPLE = auto()
    """Invite people, change and delete accounts, take away what is kept of others."""


NEEDS: Mapping[Permission, Role] = {
    Permission.LOOK: Role.ANNOTATOR,
    Permission.TRY: Role.ANNOTATOR,
    Permission.LABEL: Role.ANNOTATOR,
    Permission.TAKE_OWN_DATA: Role.ANNOTATOR,
    Permission.RUN: Role.MANAGER,
    Permission.BEGIN: Role.MANAGER,
    Permission.REPORT: Role.MANAGER,
    Permission.SEE_TEAM: Role.MANAGER,
    Permission.ADJUDICATE: Role.MANAGER,
    Permission.SET_RULES: Role.MANAGER,
    Permission.NAME_PLACES: Role.ADMIN,
    Permission.MANAGE_PEOPLE: Role.ADMIN,
}
"""The least role that may do it."""


def may(role: Role, what: Permission) -> bool:
    """Say whether somebody of a role may do something."""
    return role >= NEEDS[what]
