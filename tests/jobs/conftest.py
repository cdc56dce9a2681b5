from __future__ import annotations

import pytest

from faded.config import CampaignConfig
from tests.jobs import colours

CONCEPTS = ({"name": "darkening", "levels": [0, 0.2, 0.4, 0.6, 0.8]}, {"name": "saturation", "levels": [0.5, 0.75, 1]})


@pytest.fixture(scope="session")
def colour_config(tmp_path_factory: pytest.TempPathFactory) -> CampaignConfig:
    """A campaign small enough to run whole in a few seconds."""
    folder = colours.draw(tmp_path_factory.mktemp("colours") / "pictures", 110)
    return CampaignConfig(
        target="tests.jobs.colours:target",
        data=str(folder),
        verify_folds=1,
        concepts=CONCEPTS,
        bound=0.5,
        queries=700,
    )
