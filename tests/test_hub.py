"""A dataset on the hub: private or not at all, and every failure in words."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import httpx2
import pytest
from huggingface_hub.errors import HfHubHTTPError

from faded.hub import Dataset, HubError

TOKEN = "hf_secretsecretsecret"  # noqa: S105 - none


class Api:
    def __init__(self, private: bool = True, trouble: Exception | None = None) -> None:
        self.private, self.trouble, self.created, self.asked = private, trouble, [], 0  # type: ignore[var-annotated]

    def create_repo(self, name: str, **options: Any) -> None:
        self.created.append((name, options["private"], options["repo_type"]))

    def repo_info(self, _name: str, **_options: Any) -> Any:
        return SimpleNamespace(private=self.private)

    def list_repo_files(self, _name: str, **_options: Any) -> list[str]:
        self.asked += 1
        if self.trouble is not None:
            raise self.trouble
        return ["events/1.jsonl"]


def dataset(api: Api) -> Dataset:
    found = Dataset("people/verdicts")
    found._api = api  # type: ignore[assignment]
    return found


def test_it_is_created_privately_and_looked_at_once() -> None:
    api = Api()
    hub = dataset(api)
    assert hub.names() == hub.names() == ["events/1.jsonl"]
    assert api.created == [("people/verdicts", True, "dataset")]


def test_a_public_one_is_neither_read_nor_written() -> None:
    api = Api(private=False)
    with pytest.raises(HubError, match=r"people/verdicts is public: make it private"):
        dataset(api).names()
    assert api.asked == 0


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry-After": "42"}, 42.0),
        ({"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}, 0.0),
        ({"RateLimit": '"api";r=0;t=55', "RateLimit-Policy": '"fixed window";"api";q=500;w=300'}, 55.0),
        ({}, 0.0),
    ],
)
def test_it_is_left_alone_for_as_long_as_it_asks(headers: dict[str, str], wait: float) -> None:
    answer = httpx2.Response(429, headers=headers, request=httpx2.Request("GET", "https://x.example"))
    with pytest.raises(HubError, match=r"people/verdicts was not read.*takes no more requests") as error:
        dataset(Api(trouble=HfHubHTTPError("Too many requests", response=answer))).names()
    assert error.value.wait == wait


@pytest.mark.parametrize(
    "trouble", [httpx2.ConnectError("no route"), ValueError(f"Illegal header value b'Bearer {TOKEN}'")]
)
def test_no_way_to_the_hub_is_trouble_with_it_and_told_without_the_token(trouble: Exception) -> None:
    with pytest.raises(HubError, match="cannot be reached") as error:
        dataset(Api(trouble=trouble)).names()
    assert TOKEN not in str(error.value)


def test_without_a_connection_it_says_so() -> None:
    with pytest.raises(HubError, match=r"people/verdicts was not read.*cannot be reached.*HF_HUB_OFFLINE"):
        Dataset("people/verdicts").names()  # the tests are told to stay offline
