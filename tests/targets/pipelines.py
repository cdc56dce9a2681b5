"""A tiny random text-to-image pipeline in diffusers' folder format, and a tiny random reader of attributes."""

from __future__ import annotations

from pathlib import Path

import torch
from diffusers import AutoencoderKL, StableDiffusionPipeline, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel, ResNetConfig, ResNetForImageClassification, ViTImageProcessor

from faded.demo.train_scenes import WINDOW, learn_pieces, schedule

SIDE = 16
CAPTIONS = ["a red lamp in the hall", "a blue lamp in the yard", "a grey lamp", "a lamp"]
LABELS = ("tone: dark", "tone: light", "tint: red", "tint: blue", "tint: grey")


def write_pipeline(folder: Path, seed: int = 0) -> Path:
    """Write a `StableDiffusionPipeline` of two denoising blocks that draws pictures of 16 by 16."""
    torch.manual_seed(seed)
    tokenizer = learn_pieces(CAPTIONS)
    StableDiffusionPipeline(
        vae=AutoencoderKL(
            down_block_types=("DownEncoderBlock2D",) * 2, up_block_types=("UpDecoderBlock2D",) * 2,
            block_out_channels=(8, 8), layers_per_block=1, norm_num_groups=4, latent_channels=4, sample_size=SIDE,
        ),
        text_encoder=CLIPTextModel(
            CLIPTextConfig(
                vocab_size=len(tokenizer), hidden_size=16, intermediate_size=32, num_hidden_layers=1,
                num_attention_heads=2, max_position_embeddings=WINDOW, bos_token_id=0, eos_token_id=1, pad_token_id=1,
            )
        ),
        tokenizer=tokenizer,
        unet=UNet2DConditionModel(
            sample_size=SIDE // 2, in_channels=4, out_channels=4, layers_per_block=1, norm_num_groups=4,
            down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"),
            up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
            block_out_channels=(8, 16), cross_attention_dim=16, attention_head_dim=2,
        ),
        scheduler=schedule(),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    ).save_pretrained(folder, safe_serialization=True)  # fmt: skip
    return folder


def write_reader(folder: Path, labels: tuple[str, ...] = LABELS) -> Path:
    """Write a classifier whose labels are grouped."""
    torch.manual_seed(1)
    named = dict(enumerate(labels))
    config = ResNetConfig(
        embedding_size=8, hidden_sizes=[8, 12], depths=[1, 1], layer_type="basic", id2label=named,
        label2id={name: i for i, name in named.items()},
    )  # fmt: skip
    ResNetForImageClassification(config).save_pretrained(folder)
    ViTImageProcessor(size={"height": SIDE, "width": SIDE}).save_pretrained(folder)
    return folder
