"""A written folder to the Hugging Face hub: private unless told otherwise."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from faded.hub import Kind, ensure, in_words


def push(api: Any, folder: Path, repository: str, kind: Kind, public: bool, message: str) -> bool:
    """Upload a folder into a repository, which is created where there is none.

    Args:
        api: A `huggingface_hub.HfApi`.
        folder: What is uploaded.
        repository: `ORG/NAME`.
        kind: Of repository.
        public: Whether others may see it.
        message: Of the commit.

    Returns:
        Whether the repository is private.

    Raises:
        HubError: the hub refuses or cannot be reached, or the repository is there, public, and was not to be.
    """
    again = f"The export is in {folder}: to upload it later, hf upload {repository} {folder} --repo-type {kind}"
    remedy = f"add --public if everybody may see this, or name another one. Nothing was uploaded. {again}"
    with in_words(f"The {kind} {repository} was not uploaded.", again):
        private = ensure(api, repository, kind, public, remedy)
        api.upload_folder(repo_id=repository, repo_type=kind, folder_path=folder, commit_message=message)
        return private
