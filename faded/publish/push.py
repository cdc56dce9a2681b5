"""A written folder to the Hugging Face hub: private unless told otherwise. The token is the hub library's affair."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Literal, Protocol

from faded.domain import FadedError

Kind = Literal["dataset", "model"]
REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")
LOG_IN = "Log in with `hf auth login`, or set HF_TOKEN to a token that may write."
REFUSED = {
    401: f"The hub does not know who you are. {LOG_IN}",
    403: "The hub says that you may not write there. Name an organisation or user that your token may write to.",
    404: "There is no such organisation or user, or your token does not see it. See that the name is right.",
    429: "The hub takes no more requests at the moment. Wait some minutes.",
}
"""What is said of an answer of the hub, by its status."""


class Hub(Protocol):
    """What is asked of `huggingface_hub.HfApi`."""

    def create_repo(self, repo_id: str, *, repo_type: str, private: bool, exist_ok: bool) -> Any:
        """Create a repository where there is none."""
        ...

    def repo_info(self, repo_id: str, *, repo_type: str) -> Any:
        """Return what is known of it; `private` says whether others see it."""
        ...

    def upload_folder(self, *, repo_id: str, repo_type: str, folder_path: Path, commit_message: str) -> Any:
        """Upload a folder in one commit."""
        ...


def check_repository(name: str) -> None:
    """See that a repository is named as the hub names them.

    Raises:
        FadedError: it is not.
    """
    if REPOSITORY.fullmatch(name) is None:
        raise FadedError(f"The repository is {name!r}: give ORG/NAME, letters, digits, points, - and _ only.")


def push(hub: Hub, folder: Path, repository: str, kind: Kind, public: bool, message: str) -> bool:
    """Upload a folder into a repository, which is created where there is none.

    Args:
        hub: The hub.
        folder: What is uploaded.
        repository: `ORG/NAME`.
        kind: Of repository.
        public: Whether others may see it.
        message: Of the commit.

    Returns:
        Whether the repository is private.

    Raises:
        FadedError: the hub refuses or cannot be reached, or the repository is there, public, and was not to be.
    """
    from huggingface_hub.errors import HfHubHTTPError, LocalTokenNotFoundError

    again = f"The export is in {folder}: to upload it later, hf upload {repository} {folder} --repo-type {kind}"
    try:
        hub.create_repo(repository, repo_type=kind, private=not public, exist_ok=True)
        private = bool(hub.repo_info(repository, repo_type=kind).private)
        if not (private or public):
            raise FadedError(
                f"The {kind} {repository} is there already and public: add --public if everybody may see this, or name "
                f"another one. Nothing was uploaded. {again}"
            )
        hub.upload_folder(repo_id=repository, repo_type=kind, folder_path=folder, commit_message=message)
    except FadedError:
        raise
    except HfHubHTTPError as error:
        status = error.response.status_code
        why = REFUSED.get(status, f"The hub answered with status {status}. Try again later.")
        raise FadedError(f"The {kind} {repository} was not uploaded. {why} {again}") from error
    except LocalTokenNotFoundError as error:
        raise FadedError(f"The {kind} {repository} was not uploaded. {REFUSED[401]} {again}") from error
    except Exception as error:  # whatever the network stumbles over; its words may hold the token, so they are not told
        raise FadedError(
            f"The {kind} {repository} was not uploaded: the hub cannot be reached ({type(error).__name__}). See that "
            f"this machine is online and HF_HUB_OFFLINE is not set. {again}"
        ) from error
    return private
