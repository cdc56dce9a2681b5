"""A dataset repository on the Hugging Face Hub, as little of it as is needed: names, files, commits."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol, TypeVar

from faded.domain import FadedError

T = TypeVar("T")
KIND = "dataset"


class HubError(FadedError):
    """The hub did not do what it was asked.

    Attributes:
        wait: Seconds that it asks to be left alone for; 0 where it says nothing.
    """

    def __init__(self, message: str, wait: float = 0.0) -> None:
        super().__init__(message)
        self.wait = wait


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
    """A dataset repository; created, private, where there is none. The token is huggingface_hub's own.

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
        try:
            if not self._checked:
                self._api.create_repo(self._repository, repo_type=KIND, private=True, exist_ok=True)
                private = self._api.repo_info(self._repository, repo_type=KIND).private
                if not private:
                    raise HubError(
                        f"The dataset {self._repository} is public: make it private in its settings, for it holds "
                        "what people said and the inputs they saw."
                    )
                self._checked = True
            return call()
        except HubError:
            raise
        except Exception as error:  # the connection below huggingface_hub has errors of its own
            told = str(error).strip().partition("\n")[0]
            safe = isinstance(error, OSError | ValueError)  # the words of others may hold the token
            said = told if safe else type(error).__name__
            raise HubError(
                f"The dataset {self._repository} could not be reached: {said}. See that HF_TOKEN may write there.",
                _asked_to_wait(error),
            ) from error


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
