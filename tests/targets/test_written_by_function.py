"""Functions that write: what they may return, and that there is nothing of them to repair."""

from pathlib import Path
from typing import Any, cast

import pytest

from faded.config import CampaignConfig
from faded.domain import FadedError, TargetError
from faded.jobs.task import Course, Lessons
from faded.jobs.texts import Texts
from faded.targets.load_text import load_writing

ARTICLES = ["The road is closed. Buses take the detour.", "Two cars were hit."]


def beginning(articles: list[str]) -> list[str]:
    return [article.split(".")[0] for article in articles]


def one(articles: list[str]) -> list[str]:
    return articles[:1]


def numbers(articles: list[str]) -> list[Any]:
    return [len(article) for article in articles]


def broken(articles: list[str]) -> list[str]:
    raise RuntimeError("no ink")


def test_a_function_that_writes_is_a_target() -> None:
    target = load_writing(f"{__name__}:beginning")
    target.check(ARTICLES)
    answers = target.answer(ARTICLES)
    assert answers.texts == ["The road is closed", "Two cars were hit"] and answers.details(0) == {}
    assert answers.features.shape[0] == 2 and (answers.features[0] != answers.features[1]).any()
    with pytest.raises(FadedError, match="Article 2 of 2 is empty"):
        target.check([ARTICLES[0], " "])


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("one", "returned 1 answers for 2 articles: return one text for each"),
        ("numbers", "returned 2 answers for 2 articles, some of the type int"),
        ("broken", "failed on a batch of 2 articles: no ink"),
    ],
)
def test_anything_else_than_a_text_for_each_is_refused(name: str, said: str) -> None:
    with pytest.raises(TargetError, match=said):
        load_writing(f"{__name__}:{name}").answer(ARTICLES)


@pytest.mark.parametrize(("name", "said"), [("ARTICLES", "is a list: give a function that takes a list"), ("x", "'x'")])
def test_what_is_no_function_is_refused(name: str, said: str) -> None:
    with pytest.raises(FadedError, match=said):
        load_writing(f"{__name__}:{name}")


def test_a_function_is_not_repaired() -> None:
    task = Texts(CampaignConfig(task="text", target=f"{__name__}:beginning", data=str(Path(__file__))))
    target = task.load(None)
    assert task.repair_rows(target) is None
    with pytest.raises(FadedError, match="is a function: there are no weights of it to tune"):
        task.repair(target, cast(Lessons, None), cast(Course, None))
