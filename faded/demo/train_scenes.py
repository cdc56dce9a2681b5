"""The recipe of the demo "scenes": a genuine latent-diffusion pipeline of small parts, from scratch.

First the autoencoder learns to draw the pictures again, then the denoiser learns with the text encoder to make its
latents from captions. What is written is a `StableDiffusionPipeline` folder that diffusers loads.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import AutoencoderKL, DDIMScheduler, StableDiffusionPipeline, UNet2DConditionModel
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers
from torch.nn import functional as F
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from faded import runtime
from faded.demo.scene_figures import SIDE
from faded.demo.scenes import TRAINING_STREAM, Scene, draw
from faded.targets.denoising import encoded, pixels_of

START, END = "<|startoftext|>", "<|endoftext|>"
"""The marks of the tokenizer."""
WORD_END = "</w>"
"""What the last piece of a word ends with."""
WINDOW = 32
"""Tokens of a prompt at most; captions have up to 20."""
PIECES = 400
"""Pieces of the tokenizer: the words of the captions and the letters of all others."""
PIECE_SCENES = 2_000
"""Captions that they are learned from."""
FIRST_BETA, LAST_BETA = 0.00085, 0.012
"""The noise of Stable Diffusion's own schedule."""
NOISE_STEPS = 1_000
REPORT_EVERY = 250


@dataclass(frozen=True, slots=True)
class Recipe:
    """How the pipeline is made. The defaults are the committed one's; they were chosen on what a reader reads and time.

    Attributes:
        seed: Draws the scenes, the first weights, the noise and the order of the batches.
        scenes: Scenes drawn for training.
        threads: Threads of torch; the result depends on it in the last digits.
        channels: Of the autoencoder's blocks; each but the last halves the side.
        latents: Channels of the latents.
        autoencoder_steps: Optimiser steps of the autoencoder.
        autoencoder_batch: Pictures per step.
        autoencoder_rate: Highest learning rate of AdamW; it falls to nothing as half a cosine.
        edges: Weight of the error of differences between neighbouring pixels, beside that of pixels.
        divergence: Weight of the latents' divergence from a standard normal distribution.
        widths: Channels of the denoiser's blocks.
        text_width: Of the text encoder.
        text_layers: Of the text encoder.
        steps: Optimiser steps of denoiser and text encoder.
        batch: Latents per step.
        rate: Highest learning rate of AdamW; it falls to nothing as half a cosine.
        average: Decay per step of the running mean of the weights, which is what is kept.
        empty: Share of captions left empty, for guidance.
    """

    seed: int
    scenes: int = 12_000
    threads: int = 2
    channels: tuple[int, ...] = (16, 32, 64, 64)
    latents: int = 8
    autoencoder_steps: int = 1_800
    autoencoder_batch: int = 16
    autoencoder_rate: float = 1.5e-3
    edges: float = 1.0
    divergence: float = 1e-6
    widths: tuple[int, ...] = (64, 128)
    text_width: int = 96
    text_layers: int = 2
    steps: int = 7_000
    batch: int = 32
    rate: float = 6e-4
    average: float = 0.999
    empty: float = 0.1


def fit(recipe: Recipe) -> Any:
    """Train every part and return the pipeline; the progress is printed."""
    runtime.start(recipe.seed, recipe.threads)
    clock = Clock()
    scenes = draw(recipe.seed, TRAINING_STREAM, recipe.scenes)
    clock.say(f"drew {len(scenes)} scenes")
    pictures = to_pixels(scenes)
    autoencoder = fit_autoencoder(recipe, pictures, clock)
    latents = encoded(autoencoder, pictures)
    tokenizer = learn_pieces([s.caption for s in scenes[:PIECE_SCENES]])
    denoiser, encoder = fit_denoiser(recipe, latents, [s.caption for s in scenes], tokenizer, clock)
    return StableDiffusionPipeline(
        vae=autoencoder,
        text_encoder=encoder,
        tokenizer=tokenizer,
        unet=denoiser,
        scheduler=schedule(),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )


def save(pipeline: Any, folder: Path) -> None:
    """Write the pipeline in half precision."""
    pipeline.to(torch.float16).save_pretrained(folder, safe_serialization=True)


def to_pixels(scenes: Sequence[Scene]) -> torch.Tensor:
    """Return the pictures, uint8, shape (n, 3, 64, 64)."""
    return torch.from_numpy(np.stack([s.picture for s in scenes])).permute(0, 3, 1, 2).contiguous()


def fit_autoencoder(recipe: Recipe, pictures: torch.Tensor, clock: Clock) -> Any:
    """Train the autoencoder; its latents are scaled to a standard deviation of one."""
    blocks = len(recipe.channels)
    autoencoder = AutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * blocks,
        up_block_types=("UpDecoderBlock2D",) * blocks,
        block_out_channels=recipe.channels,
        latent_channels=recipe.latents,
        layers_per_block=1,
        norm_num_groups=8,
        sample_size=SIDE,
    )
    autoencoder = autoencoder.to(memory_format=torch.channels_last).train()  # a fifth faster here
    optimiser = torch.optim.AdamW(autoencoder.parameters(), lr=recipe.autoencoder_rate)
    rng = np.random.default_rng([recipe.seed, 3])
    for step in range(recipe.autoencoder_steps):
        rows = rng.integers(len(pictures), size=recipe.autoencoder_batch)
        wanted = pixels_of(pictures[rows]).contiguous(memory_format=torch.channels_last)
        found = autoencoder.encode(wanted).latent_dist
        error = autoencoder.decode(found.sample()).sample - wanted
        edges = error.diff(dim=2).abs().mean() + error.diff(dim=3).abs().mean()
        loss = error.abs().mean() + recipe.edges * edges + recipe.divergence * found.kl().mean()
        _step(optimiser, loss, recipe.autoencoder_rate, step / recipe.autoencoder_steps)
        clock.report("autoencoder", step, recipe.autoencoder_steps, loss)
    autoencoder.eval()
    spread = encoded(autoencoder, pictures[:1_000]).std()
    autoencoder.register_to_config(scaling_factor=round(autoencoder.config.scaling_factor / float(spread), 4))
    return autoencoder


def redrawn(autoencoder: Any, pictures: torch.Tensor, batch: int = 100) -> torch.Tensor:
    """Return uint8 pictures as the autoencoder draws them again, uint8."""
    with torch.inference_mode():
        made = [
            autoencoder.decode(encoded(autoencoder, rows) / autoencoder.config.scaling_factor).sample
            for rows in torch.split(pictures, batch)
        ]
    pixels: torch.Tensor = ((torch.cat(made).clamp(-1, 1) + 1) * 127.5).round().byte()
    return pixels


def learn_pieces(captions: Sequence[str]) -> CLIPTokenizer:
    """Return the pieces learned from captions, as CLIP has them; words in other letters than those fall apart."""
    made = Tokenizer(models.BPE(end_of_word_suffix=WORD_END, unk_token=END))
    made.normalizer = normalizers.Lowercase()
    made.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Whitespace(), pre_tokenizers.ByteLevel(False)])
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    made.train_from_iterator(
        captions,
        trainers.BpeTrainer(
            vocab_size=2 * len(letters) + PIECES,
            special_tokens=[START, END],
            initial_alphabet=letters + [letter + WORD_END for letter in letters],
            end_of_word_suffix=WORD_END,
            show_progress=False,
        ),
    )
    learned = json.loads(made.to_str())["model"]
    return CLIPTokenizer(
        vocab=learned["vocab"],
        merges=[tuple(pair) for pair in learned["merges"]],
        model_max_length=WINDOW,
        bos_token=START,
        eos_token=END,
        unk_token=END,
        pad_token=END,
    )


def fit_denoiser(
    recipe: Recipe, latents: torch.Tensor, captions: Sequence[str], tokenizer: CLIPTokenizer, clock: Clock
) -> tuple[Any, Any]:
    """Train denoiser and text encoder together, and return the running mean of both."""
    torch.manual_seed(recipe.seed)
    denoiser, encoder = build(recipe, len(tokenizer), latents.shape[-1])
    count = sum(p.numel() for part in (denoiser, encoder) for p in part.parameters())
    clock.say(f"{count / 1e6:.2f} million parameters")
    weights = [p for part in (denoiser, encoder) for p in part.parameters()]
    means = [p.detach().clone() for p in weights]
    noises = schedule()
    optimiser = torch.optim.AdamW(weights, lr=recipe.rate)
    ids = tokenizer([*captions, ""], padding="max_length", return_tensors="pt")["input_ids"]
    rng = np.random.default_rng([recipe.seed, 4])
    for step in range(recipe.steps):
        rows = rng.integers(len(latents), size=recipe.batch)
        read = ids[np.where(rng.random(recipe.batch) < recipe.empty, len(captions), rows)]
        noise = torch.randn(recipe.batch, *latents.shape[1:])
        times = torch.randint(NOISE_STEPS, (recipe.batch,))
        noisy = noises.add_noise(latents[rows], noise, times)
        said = denoiser(noisy, times, encoder_hidden_states=encoder(read).last_hidden_state).sample
        loss = F.mse_loss(said, noise)
        _step(optimiser, loss, recipe.rate, step / recipe.steps)
        with torch.no_grad():
            torch._foreach_lerp_(means, weights, 1 - min(recipe.average, (1 + step) / (10 + step)))
        clock.report("denoiser", step, recipe.steps, loss)
    with torch.no_grad():
        torch._foreach_copy_(weights, means)
    return denoiser.eval(), encoder.eval()


def build(recipe: Recipe, vocabulary: int, side: int) -> tuple[Any, Any]:
    """Return the untrained denoiser and text encoder."""
    blocks = len(recipe.widths)
    denoiser = UNet2DConditionModel(
        sample_size=side,
        in_channels=recipe.latents,
        out_channels=recipe.latents,
        down_block_types=("CrossAttnDownBlock2D",) * blocks,
        up_block_types=("CrossAttnUpBlock2D",) * blocks,
        block_out_channels=recipe.widths,
        layers_per_block=1,
        norm_num_groups=16,
        cross_attention_dim=recipe.text_width,
        attention_head_dim=4,
    )
    encoder = CLIPTextModel(
        CLIPTextConfig(
            vocab_size=vocabulary,
            hidden_size=recipe.text_width,
            intermediate_size=4 * recipe.text_width,
            num_hidden_layers=recipe.text_layers,
            num_attention_heads=4,
            max_position_embeddings=WINDOW,
            bos_token_id=0,
            eos_token_id=1,
            pad_token_id=1,
        )
    )
    return denoiser.train(), encoder.train()


def schedule() -> Any:
    """Return the noise of training, and the sampler."""
    return DDIMScheduler(
        num_train_timesteps=NOISE_STEPS,
        beta_start=FIRST_BETA,
        beta_end=LAST_BETA,
        beta_schedule="scaled_linear",
        clip_sample=False,
        set_alpha_to_one=False,
        steps_offset=1,
    )


class Clock:
    """Prints what was done with the time since the start."""

    def __init__(self) -> None:
        self._started = time.monotonic()

    def say(self, text: str) -> None:
        """Print a line."""
        print(f"{text}, {time.monotonic() - self._started:.0f} s", flush=True)

    def report(self, part: str, step: int, steps: int, loss: torch.Tensor) -> None:
        """Print how far a part is, now and then."""
        if (step + 1) % REPORT_EVERY == 0:
            self.say(f"{part}, step {step + 1}/{steps}: loss {loss.item():.4f}")


def _step(optimiser: torch.optim.Optimizer, loss: torch.Tensor, rate: float, done: float) -> None:
    """Take a step at a share of the highest learning rate."""
    for group in optimiser.param_groups:
        group["lr"] = rate * (1 + math.cos(math.pi * done)) / 2
    optimiser.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    optimiser.step()
