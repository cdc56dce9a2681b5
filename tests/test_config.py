from faded.config import CampaignConfig


def test_labelled_campaigns_keep_the_names_they_had_before_unlabelled_ones_were_known() -> None:
    old = CampaignConfig(demo="signs").to_json()
    del old["labelled"]
    assert CampaignConfig.from_json(old) == CampaignConfig(demo="signs")
    assert CampaignConfig(demo="signs").digest() == "2f5ac8a0"
    assert CampaignConfig(demo="signs", labelled=False).digest() != CampaignConfig(demo="signs").digest()
