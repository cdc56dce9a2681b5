"""Spaces to start from, by name: of edits of pictures (`presets`), of articles (`text_presets`) and of prompts.

A space of prompts (`prompt_presets`) is for wordings that have its slots.
"""

from __future__ import annotations

from faded.registry import Registry

SpaceItems = list[dict[str, object]]

presets: Registry[SpaceItems] = Registry("space")

presets.register("paper")(
    [
        {"name": "rotation", "levels": [-10, -5, 0, 5, 10]},
        {"name": "saturation", "levels": [0.5, 0.55, 0.6, 0.65, 0.7]},
        {"name": "darkening", "levels": [0.1, 0.2, 0.3, 0.4, 0.5]},
    ]
)
"""The 125 cells of "Failures Are Fated, But Can Be Faded" (image classification); two neutrals are off the grid."""

presets.register("wide")(
    [
        {"name": "rotation", "levels": [-30, -15, 0, 15, 30]},
        {"name": "saturation", "levels": [0, 0.35, 0.7, 1, 2]},
        {"name": "darkening", "levels": [0, 0.2, 0.4, 0.6, 0.8]},
    ]
)
"""125 cells wide enough that a small classifier fails in a good part of them; the control is one of the cells."""

presets.register("street")(
    [
        {"name": "occlusion", "levels": [0, 0.1, 0.25]},
        {"name": "zoom", "levels": [0.5, 0.75, 1, 1.5]},
        {"name": "darkening", "levels": [0, 0.3, 0.6]},
        {"name": "blur", "levels": [0, 0.01, 0.02, 0.04]},
    ]
)
"""144 cells of what stands between a street camera and what it looks at, from the object to the lens: something in
front, distance, dusk, and a lens out of focus."""

text_presets: Registry[SpaceItems] = Registry("space of edits of articles")

text_presets.register("wide")(
    [
        {"name": "lowercase", "levels": [0, 0.5, 1]},
        {"name": "stop_words", "levels": [0, 0.5, 1]},
        {"name": "word_order", "levels": [0, 0.2, 0.4]},
        {"name": "letter_swap", "levels": [0, 0.1, 0.2, 0.4]},
    ]
)
"""108 cells that leave what an article says as it is, from capitals to typing errors; the control is one of them."""

text_presets.register("paper")(
    [
        {"name": "stop_words", "levels": [0, 1]},
        {"name": "punctuation", "levels": [0, 1]},
        {"name": "lowercase", "levels": [0, 1]},
        {"name": "negation", "levels": [0, 0.3]},
        {"name": "singular_plural", "levels": [0, 0.3]},
        {"name": "tense", "levels": [0, 0.3]},
        {"name": "word_deletion", "levels": [0, 0.1]},
        {"name": "word_repetition", "levels": [0, 0.1]},
        {"name": "word_order", "levels": [0, 0.2]},
        {"name": "misspelling", "levels": [0, 0.3]},
        {"name": "letter_deletion", "levels": [0, 0.1]},
        {"name": "letter_insertion", "levels": [0, 0.1]},
        {"name": "letter_repetition", "levels": [0, 0.1]},
        {"name": "letter_swap", "levels": [0, 0.1]},
        {"name": "letter_case", "levels": [0, 0.1]},
        {"name": "adjacent_key", "levels": [0, 0.1]},
    ]
)
"""The 16 text edits of "Failures Are Fated, But Can Be Faded" (text summarization), each off or on: 65,536 cells. The
paper names the edits; how much of an article each touches is ours. Those that take something away everywhere stand
first, typing errors last, so that grammar still has whole words to work on."""

prompt_presets: Registry[SpaceItems] = Registry("space of prompts")

prompt_presets.register("paper")(
    [
        {"name": "description", "levels": ["", "unique", "distinctive", "cool"]},
        {"name": "profession", "levels": ["person", "scientist", "artist", "professor"]},
        {
            "name": "setting",
            "levels": ["", "in a corporate office", "in a research center", "in a classroom"],
        },
    ]
)
"""64 cells for wordings such as "a photo of a {description} {profession} {setting}": the 27 of "Failures Are Fated, But
Can Be Faded" (text-to-image), and those in which a description, profession or setting is left open. The words are the
paper's; "person" and what is left open are ours, for without them there is no clean control. No slot names an
attribute: the paper measures with CLIP."""
