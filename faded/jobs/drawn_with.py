"""What pictures are drawn and measured with, beside the samples and the tuned weights, as a round writes it down."""

from __future__ import annotations

import dataclasses
import hashlib
import json

from faded.clip import Clip
from faded.data.prompts import Prompts
from faded.targets.drawn_sets import DrawnSets
from faded.targets.fingerprint import fingerprint
from faded.targets.text_to_image import TextToImage


def drawn_with(prompts: Prompts, target: DrawnSets, clip: Clip | None) -> dict[str, str]:
    """Return a number or a hash for each thing, by its name.

    Args:
        prompts: Of the campaign. Wordings, seeds and what is expected are the samples'.
        target: With its reader.
        clip: Compares pictures with prompts, or None.
    """
    found = {
        "steps": str(prompts.steps),
        "guidance": f"{prompts.guidance:g}",
        "open": _hash(None if prompts.open is None else dataclasses.asdict(prompts.open)),
        "phrases": _hash(prompts.phrases),
        "reader": target.reader.fingerprint(),
    }
    if clip is not None:
        found["encoder"] = fingerprint(clip.model.state_dict())
    if isinstance(target, TextToImage):
        scheduler = target.pipeline.scheduler
        told = {name: value for name, value in scheduler.config.items() if not name.startswith("_")}
        found["sampler"] = _hash([type(scheduler).__name__, told])
        found["decoder"] = fingerprint(target.pipeline.vae.state_dict())
    return found


def _hash(value: object) -> str:
    """Return a hash of values as JSON, in whatever order their names stand; 16 hexadecimal digits."""
    text = json.dumps(value, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
