"""The recipe of the pipeline of scenes, in parts that take a moment."""

import dataclasses

from faded.demo.scenes import TEST_STREAM, draw
from faded.demo.train_scenes import Clock, Recipe, fit_autoencoder, to_pixels
from faded.targets.denoising import encoded


def test_latents_are_scaled_to_a_standard_deviation_of_one() -> None:
    pictures = to_pixels(draw(0, TEST_STREAM, 12))
    recipe = dataclasses.replace(Recipe(0), autoencoder_steps=1, autoencoder_batch=4)
    assert abs(float(encoded(fit_autoencoder(recipe, pictures, Clock()), pictures).std()) - 1) < 0.01
