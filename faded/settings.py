"""Settings of a process. The only reader of the environment."""

from __future__ import annotations

import math
import os
import re
from dataclasses import dataclass
from pathlib import Path

from faded.domain import FadedError
from faded.log import PLAIN, STYLES

PERSISTENT = Path("/data")
"""Where a Space has its persistent storage, if it has one."""
SPACE_PORT = "7860"
"""Where a Space's proxy looks for the app."""
ORGANISATION = "org:"
"""Stands before the name of an organisation, which names all its members."""
NAMED = re.compile(rf"({ORGANISATION})?[\w.-]+")
REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Settings:
    """What a process takes from its environment.

    Attributes:
        workspace: Where everything is kept; FADED_WORKSPACE, else `faded` in a Space's persistent storage, else
            `faded` in the user's data folder.
        threads: Threads of torch; FADED_THREADS, else 1.
        log: How events are written on standard error; FADED_LOG, else plain.
        disk_quota: Bytes that the workspace may take before jobs stop; FADED_DISK_QUOTA in GB, else None.
    """

    workspace: Path
    threads: int
    log: str
    disk_quota: int | None


@dataclass(frozen=True, slots=True)
class Space:
    """What a process takes from the environment of a Hugging Face Space.

    Attributes:
        hosts: Names by which browsers reach it; SPACE_HOST, which the Space sets.
        port: Where it listens; GRADIO_SERVER_PORT, else 7860.
        managers: Users, and organisations as `org:NAME`, who may do everything there; FADED_MANAGERS.
        annotators: The same of those who may label and look; FADED_ANNOTATORS.
        mirror: Dataset that keeps verdicts, as ORG/DATASET; FADED_MIRROR, empty for none.
    """

    hosts: tuple[str, ...]
    port: int
    managers: frozenset[str]
    annotators: frozenset[str]
    mirror: str


def settings() -> Settings:
    """Read the environment.

    Raises:
        FadedError: FADED_THREADS is no whole number above 0, FADED_LOG no style, or FADED_DISK_QUOTA no number above 0.
    """
    data_home = os.environ.get("XDG_DATA_HOME", "") or str(Path.home() / ".local" / "share")
    if os.environ.get("SPACE_ID") and os.access(PERSISTENT, os.W_OK):
        data_home = str(PERSISTENT)
    workspace = os.environ.get("FADED_WORKSPACE", "") or str(Path(data_home) / "faded")
    threads = os.environ.get("FADED_THREADS", "1")
    if not threads.isdecimal() or int(threads) < 1:
        raise FadedError(f"FADED_THREADS is {threads!r}: set it to a whole number above 0, or unset it.")
    style = os.environ.get("FADED_LOG", "") or PLAIN
    if style not in STYLES:
        raise FadedError(f"FADED_LOG is {style!r}: set it to {' or '.join(STYLES)}, or unset it.")
    return Settings(Path(workspace).expanduser().resolve(), int(threads), style, _quota())


def _quota() -> int | None:
    given = os.environ.get("FADED_DISK_QUOTA", "")
    if not given:
        return None
    try:
        gigabytes = float(given)
    except ValueError:
        gigabytes = 0.0
    if not (math.isfinite(gigabytes) and gigabytes > 0):
        raise FadedError(f"FADED_DISK_QUOTA is {given!r}: set it to a number of GB above 0, or unset it.")
    return int(gigabytes * 1e9)


def space() -> Space | None:
    """Return what the Space says that this process runs on; None off a Space.

    Raises:
        FadedError: the environment is only half that of a Space, so that nobody could be told apart, or a setting
            cannot be used.
    """
    name = os.environ.get("SPACE_ID", "")
    if not name:
        return None
    if os.environ.get("SYSTEM") != "spaces" or not os.environ.get("SPACE_HOST"):
        raise FadedError(
            f"SPACE_ID is {name!r}, but SYSTEM is not 'spaces' or SPACE_HOST is empty, as they are on a Space: unset "
            "SPACE_ID to use Faded on this machine."
        )
    port = os.environ.get("GRADIO_SERVER_PORT", "") or SPACE_PORT
    if not port.isdecimal():
        raise FadedError(f"GRADIO_SERVER_PORT is {port!r}: set it to a whole number, or unset it.")
    mirror = os.environ.get("FADED_MIRROR", "")
    if mirror:
        check_repository(mirror, "FADED_MIRROR")
    hosts = tuple(host.strip().lower() for host in os.environ["SPACE_HOST"].split(","))
    return Space(hosts, int(port), _names("FADED_MANAGERS"), _names("FADED_ANNOTATORS"), mirror)


def check_repository(name: str, given: str) -> None:
    """Refuse what cannot name a repository on the hub.

    Args:
        name: The name.
        given: What it was given as: a flag or a variable.

    Raises:
        FadedError: it is not written ORG/NAME.
    """
    if not REPOSITORY.fullmatch(name):
        raise FadedError(f"{given} is {name!r}: give ORG/NAME, letters, digits, points, - and _ only.")


def check_sign_in() -> None:
    """See that a Space lets people sign in.

    Raises:
        FadedError: it does not.
    """
    if not os.environ.get("OAUTH_CLIENT_ID") or not os.environ.get("OAUTH_CLIENT_SECRET"):
        raise FadedError(
            "OAUTH_CLIENT_ID and OAUTH_CLIENT_SECRET are empty, so nobody can sign in: put the line hf_oauth: true "
            "into the front matter of the Space's README.md, as spaces_config.deploy does."
        )


def _names(variable: str) -> frozenset[str]:
    names = [name.strip() for name in os.environ.get(variable, "").split(",") if name.strip()]
    for name in names:
        if not NAMED.fullmatch(name):
            raise FadedError(
                f"{variable} names {name!r}: give names of users with commas between, and of organisations as "
                f"{ORGANISATION}NAME."
            )
    return frozenset(names)
