"""The look of the pages: Gradio's variables set to this project's own palette, which lives in `assets/theme.css`."""

from __future__ import annotations

from pathlib import Path

import gradio as gr

ASSETS = Path(__file__).parent / "assets"

PAPER_LIGHT, PAPER_DARK = "#f5f6f8", "#11151b"
"""The page's ground as literal colours: the first paint happens before the style sheet has arrived."""

INK_LIGHT, INK_DARK = "#18212f", "#e8ecf2"
"""The text on it, for the same reason."""

FROM_PALETTE = {
    "background_fill_primary": "surface",
    "background_fill_secondary": "paper",
    "block_background_fill": "surface",
    "block_border_color": "line",
    "block_info_text_color": "ink-2",
    "block_label_text_color": "ink-2",
    "block_title_text_color": "ink",
    "body_text_color_subdued": "ink-2",
    "border_color_accent": "accent",
    "border_color_primary": "line",
    "button_primary_background_fill": "accent",
    "button_primary_background_fill_hover": "accent-strong",
    "button_primary_border_color": "accent",
    "button_primary_text_color": "on-accent",
    "button_secondary_background_fill": "surface",
    "button_secondary_background_fill_hover": "accent-soft",
    "button_secondary_border_color": "line-strong",
    "button_secondary_text_color": "ink",
    "color_accent_soft": "accent-soft",
    "error_background_fill": "bad-soft",
    "error_border_color": "bad",
    "error_text_color": "bad",
    "input_background_fill": "surface",
    "input_background_fill_focus": "surface",
    "input_border_color": "line-strong",
    "input_border_color_focus": "accent",
    "link_text_color": "accent",
    "link_text_color_hover": "accent-strong",
    "panel_background_fill": "surface",
    "panel_border_color": "line",
    "slider_color": "accent",
}
"""Which colour of the palette each of Gradio's variables takes, light and dark alike: the palette itself changes."""


SANS = gr.themes.LocalFont("IBM Plex Sans", weights=(400, 700))
MONO = gr.themes.LocalFont("IBM Plex Mono", weights=(400, 700))
"""Fonts among Gradio's own files (the whole of Latin in these weights): nothing is fetched from elsewhere."""


def theme() -> gr.themes.Base:
    """Return quiet surfaces with one accent."""
    colours = {name: f"var(--f-{colour})" for name, colour in FROM_PALETTE.items()}
    base = gr.themes.Base(
        text_size=gr.themes.sizes.text_md,
        radius_size=gr.themes.sizes.radius_md,
        font=[SANS, "system-ui", "sans-serif"],
        font_mono=[MONO, "monospace"],
    )
    return base.set(
        **colours,
        **{f"{name}_dark": value for name, value in colours.items()},
        body_background_fill=PAPER_LIGHT,
        body_background_fill_dark=PAPER_DARK,
        body_text_color=INK_LIGHT,
        body_text_color_dark=INK_DARK,
        block_border_width="0px",
        block_shadow="none",
        block_label_text_weight="600",
        block_title_text_weight="600",
        block_title_text_size="14px",
        block_padding="0",
        button_large_padding="11px 18px",
        button_large_text_size="15px",
        button_large_text_weight="600",
        button_transition="background-color 120ms ease, border-color 120ms ease",
        input_border_width="1px",
        input_shadow="none",
        input_shadow_focus="0 0 0 3px var(--f-ring)",
        layout_gap="16px",
    )


def html(value: str = "", elem_id: str | None = None, js: str | None = None) -> gr.HTML:
    """Return a component that shows HTML of our own making, styled by `assets/theme.css` alone; `js` runs once."""
    return gr.HTML(value, elem_id=elem_id, apply_default_css=False, js_on_load=js)


def asset(name: str) -> str:
    """Return the text of a file in `assets`."""
    return (ASSETS / name).read_text(encoding="utf-8")
