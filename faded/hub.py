"""The Hugging Face hub, as little of it as is needed, private unless told otherwise; its token is huggingface_hub's."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, Protocol, TypeVar

from faded.domain import FadedError

T = TypeVar("T")
Kind = Literal["dataset", "model", "space"]
KIND: Kind = "dataset"
LOG_IN = "Log in with `hf auth login`, or set HF_TOKEN to a token that may write there."
REFUSED = {
    401: f"The hub does not know who you are. {LOG_IN}",
    403: "The hub says that you may not write there. Name an organisation or user that your token may write to.",
    404: "There is no such organisation, user or file, or your token does not see it. See that the name is right.",
    429: "The hub takes no more requests at the moment. Wait some minutes.",
}
"""What is said of an answer of the hub, by its status."""


REMEDY = "make it private in its settings, for it holds what people said and the inputs they saw."
"""What to do about a dataset of verdicts that is public."""


class HubError(FadedError):
    """The hub did not do what it was asked.

    Attributes:
        wait: Seconds that it asks to be left alone for; 0 where it says nothing.
    """

    def __init__(self, message: str, wait: float = 0.0) -> None:
        super().__init__(message)
        self.wait = wait


def ensure(api: Any, name: str, kind: Kind, public: bool, remedy: str, **options: Any) -> bool:
    """See that a repository is there, and that not everybody sees it who was not to.

    Args:
        api: A `huggingface_hub.HfApi`.
        name: `ORG/NAME`; created where there is none.
        kind: Of repository.
        public: Whether everybody may see it.
        remedy: What to do about one that is public and was not to be.
        options: What else creating it takes.

    Returns:
        Whether it is private.

    Raises:
        HubError: it is public, and was not to be.
    """
    api.create_repo(name, repo_type=kind, private=not public, exist_ok=True, **options)
    private = bool(api.repo_info(name, repo_type=kind).private)
    if not (private or public):
        raise HubError(f"The {kind} {name} is public: {remedy}")
    return private


@contextlib.contextmanager
def in_words(failed: str, rest: str = "") -> Iterator[None]:
    """Put what goes wrong with the hub, or on the way to it, in words of our own: theirs may hold the token.

    Args:
        failed: What was not done, as a sentence.
        rest: What else is to be said, after the reason.

    Raises:
        HubError: something went wrong.
    """
    try:
        yield
    except FadedError:
        raise
    except Exception as error:  # whatever the connection stumbles over, which has no one class
        raise HubError(f"{failed} {_reason(error)} {rest}".rstrip(), _asked_to_wait(error)) from error


def _reason(error: Any) -> str:
    from huggingface_hub.errors import LocalTokenNotFoundError

    answer = getattr(error, "response", None)
    if answer is not None:
        return REFUSED.get(answer.status_code, f"The hub answered with status {answer.status_code}. Try again later.")
    if isinstance(error, LocalTokenNotFoundError):
        return REFUSED[401]
    return (
        f"The hub cannot be reached ({type(error).__name__}). See that this machine is online and HF_HUB_OFFLINE is "
        "not set."
    )


class Hub(Protocol):
    """A private repository of files. Whatever goes wrong raises HubError."""

    def names(self) -> list[str]:
        """Return the names of all files."""
        ...

    def read(self, name: str) -> bytes:
        """Return a file."""
        ...

    def write(self, files: Mapping[str, bytes], message: str) -> None:
        """Write files in one commit: all of them, or none."""
        ...


class Dataset:
    """A dataset repository; created, private, where there is none.

    Args:
        repository: ORG/DATASET.
    """

    def __init__(self, repository: str) -> None:
        from huggingface_hub import HfApi

        self._repository, self._api, self._checked = repository, HfApi(), False

    def names(self) -> list[str]:
        """Return the names of all files."""
        return self._ask(lambda: list(self._api.list_repo_files(self._repository, repo_type=KIND)))

    def read(self, name: str) -> bytes:
        """Return a file."""

        def fetch() -> bytes:
            with tempfile.TemporaryDirectory() as folder:
                found = self._api.hf_hub_download(self._repository, name, repo_type=KIND, local_dir=folder)
                return Path(found).read_bytes()

        return self._ask(fetch)

    def write(self, files: Mapping[str, bytes], message: str) -> None:
        """Write files in one commit."""
        from huggingface_hub import CommitOperationAdd

        adds = [CommitOperationAdd(name, data) for name, data in files.items()]
        self._ask(lambda: self._api.create_commit(self._repository, adds, commit_message=message, repo_type=KIND))

    def _ask(self, call: Callable[[], T]) -> T:
        """See that the repository is there and private, then ask it.

        Raises:
            HubError: it is public, or the hub or the way to it failed.
        """
        with in_words(f"The dataset {self._repository} was not read or written."):
            if not self._checked:
                ensure(self._api, self._repository, KIND, False, REMEDY)
                self._checked = True
            return call()


def open_dataset(repository: str) -> Hub:
    """Return a dataset repository as a hub; nothing is asked of it yet."""
    return Dataset(repository)


def _asked_to_wait(error: Any) -> float:
    """Return the seconds that the answer asks to wait; 0 where it does not, or gives a date."""
    from huggingface_hub.utils import parse_ratelimit_headers  # type: ignore[attr-defined]

    answer = getattr(error, "response", None)
    if answer is None:
        return 0.0
    limit = parse_ratelimit_headers(answer.headers)
    if answer.status_code == 429 and limit is not None and limit.remaining == 0:
        return float(limit.reset_in_seconds)
    given = answer.headers.get("Retry-After", "")
    return float(given) if given.isdecimal() else 0.0
