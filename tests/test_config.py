import math

import pytest

from faded.config import CampaignConfig
from faded.domain import FadedError


def test_labelled_campaigns_keep_the_names_they_had_before_unlabelled_ones_were_known() -> None:
    old = CampaignConfig(demo="signs").to_json()
    del old["labelled"]
    assert CampaignConfig.from_json(old) == CampaignConfig(demo="signs")
    assert CampaignConfig(demo="signs", agent="ppo").digest() == "2f5ac8a0"
    assert CampaignConfig(demo="signs", labelled=False).digest() != CampaignConfig(demo="signs").digest()


def test_a_task_has_its_own_measure_and_threshold_unless_others_are_given() -> None:
    picture = CampaignConfig(target="t", data="d")
    article = CampaignConfig(task="text", target="t", data="d")
    assert (picture.discrepancy, picture.threshold) == ("margin", 0.0)
    assert (article.discrepancy, article.threshold) == ("bleu", 0.8)
    assert CampaignConfig(task="text", target="t", data="d", discrepancy="rouge_l", threshold=0.0).threshold == 0.0
    assert CampaignConfig.from_json(article.to_json()) == article
    assert CampaignConfig(target="t", data="d", discrepancy="log_odds").threshold == 0.0


def test_a_demo_has_its_task() -> None:
    assert CampaignConfig(demo="bulletins").task == "text"
    assert CampaignConfig(demo="signs").task == "image"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"task": "audio"}, "no task named 'audio'. Known: image, text"),
        (
            {"task": "text", "discrepancy": "embedding", "threshold": 0.3},
            "Give an encoder and the discrepancy embedding both",
        ),
        ({"task": "text", "encoder": "folder"}, "it is 'bleu' now"),
        ({"task": "text", "threshold": -1.0}, "The threshold is -1"),
        ({"threshold": float("nan")}, "The threshold is nan"),
        (
            {"task": "text", "discrepancy": "rouge_l"},
            "Give a threshold for the discrepancy 'rouge_l': of texts only bleu",
        ),
        (
            {"discrepancy": "margn"},
            "'margn': of pictures only margin and log_odds have one. See that the name is right",
        ),
    ],
)
def test_what_does_not_fit_is_named(given: dict[str, object], said: str) -> None:
    with pytest.raises(FadedError, match=said):
        CampaignConfig(target="t", data="d", **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"task": "text", "threshold": 5.0}, "The threshold is 5, but bleu is never above 1, so nothing could fail"),
        ({"threshold": 1.0}, "margin is never above 1, so nothing could fail"),
    ],
)
def test_a_threshold_that_nothing_is_above_is_refused_when_a_round_begins(given: dict[str, object], said: str) -> None:
    config = CampaignConfig(target="t", data="d", **given)  # type: ignore[arg-type]
    assert CampaignConfig.from_json(config.to_json()) == config  # an old campaign is still read
    with pytest.raises(FadedError, match=said):
        config.check_can_fail(most=1.0)
    CampaignConfig(target="t", data="d", discrepancy="log_odds", threshold=5.0).check_can_fail(most=math.inf)
