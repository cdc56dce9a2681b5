"""Five kinds of incident of the demo "bulletins": on the roads and from the sky. See `bulletin_parts` for the slots."""

from __future__ import annotations

from faded.demo.bulletin_parts import CLOSED, HURT, QUEUE, Cause, Effect, Kind, Rest

CRASH = Kind(
    (
        Cause(
            "A crash between {thing}",
            (
                "{when}, {thing} collided on {where}.",
                "On {where}, {thing} ran into each other {when}.",
                "A collision between {thing} was reported from {where} {when}.",
            ),
            (
                "two cars", "a van and a tractor", "a bus and a taxi", "a car and a tanker", "two delivery vans",
                "a motorcycle and a van", "a car and a milk float", "three cars", "a coach and a car",
            ),
        ),
    ),
    (CLOSED, QUEUE),
    HURT,
)  # fmt: skip

LORRY = Kind(
    (
        Cause(
            "An overturned lorry with {thing}",
            (
                "A lorry loaded with {thing} tipped over on {where} {when}.",
                "{when}, a lorry with {thing} on board turned over on {where}.",
                "A lorry on its way with {thing} ended up on its side on {where} {when}.",
            ),
            ("gravel", "timber", "apples", "bricks", "flour", "scrap metal", "potatoes", "paint", "cement", "straw"),
        ),
    ),
    (CLOSED, QUEUE),
    Rest(
        "{m} cars were damaged",
        (
            "Parts of the load hit {m} cars and left dents.",
            "{m} parked cars were damaged.",
            "The owners of {m} cars found them scratched or crushed.",
        ),
        "no car was damaged",
        (
            "No car was hit.",
            "The parked cars beside it were not damaged.",
            "As luck had it, the load missed every car.",
        ),
    ),
)

FLOOD = Kind(
    (
        Cause(
            "A flooded river",
            (
                "The river left its bed at {where} {when}.",
                "{when}, the river ran over its banks and into {where}.",
                "Water from the river reached {where} {when}.",
            ),
        ),
        Cause(
            "A cloudburst",
            (
                "A cloudburst turned {where} into a stream {when}.",
                "{when}, so much rain fell on {where} within minutes that the drains gave up.",
                "The drains of {where} could not take the cloudburst that came down {when}.",
            ),
        ),
    ),
    (
        Effect(
            "filled {n} cellars on {where}",
            (
                "Pumps were needed in {n} cellars.",
                "The water stood knee-deep in {n} cellars.",
                "When it was over, {n} cellars had to be emptied.",
            ),
            4,
            70,
        ),
        CLOSED,
    ),
    Rest(
        "{m} families left their homes",
        (
            "{m} families spent the night with friends because their homes were too wet.",
            "For {m} families there was nothing to do but to leave.",
            "The town found beds for {m} families whose homes were unfit.",
        ),
        "no family had to leave home",
        (
            "No family had to move out.",
            "A shelter in the sports hall was ready but stayed empty, as nobody had to leave home.",
            "It was not necessary to clear any homes.",
        ),
    ),
)

STORM = Kind(
    (
        Cause(
            "A storm",
            (
                "A storm swept across {where} {when}.",
                "{when}, a storm passed over {where} with heavy gusts.",
                "{where} lay in the path of a storm {when}.",
            ),
        ),
        Cause(
            "A whirlwind",
            (
                "A whirlwind touched down on {where} {when}.",
                "{when}, a whirlwind moved along {where}.",
                "People on {where} saw a whirlwind come near {when}.",
            ),
        ),
    ),
    (
        Effect(
            "felled {n} trees on {where}",
            (
                "It uprooted {n} trees.",
                "Saws were at work until evening, as {n} trees had come down.",
                "Of the old trees, {n} did not withstand the wind.",
            ),
            3,
            45,
        ),
        Effect(
            "damaged {n} roofs on {where}",
            (
                "Tiles flew from {n} roofs.",
                "It left {n} roofs with holes.",
                "Tarpaulins now cover {n} damaged roofs.",
            ),
            3,
            60,
        ),
    ),
    Rest(
        "{m} schools stayed shut",
        (
            "{m} schools did not open.",
            "Pupils of {m} schools were told to stay at home.",
            "Because of broken windows, lessons were cancelled at {m} schools.",
        ),
        "no school had to shut",
        (
            "All schools opened as usual.",
            "No school had to cancel lessons.",
            "Worries that schools could not open were unfounded.",
        ),
    ),
)

SNOW = Kind(
    (
        Cause(
            "Heavy snow",
            (
                "Heavy snow set in over {where} {when}.",
                "{when}, heavy snow began to fall on {where}.",
                "The ploughs could not keep {where} free of the heavy snow that came {when}.",
            ),
        ),
        Cause(
            "Black ice",
            (
                "Black ice formed on {where} {when}.",
                "{when}, the wet surface of {where} froze to black ice.",
                "{where} was covered with black ice {when}.",
            ),
        ),
    ),
    (
        Effect(
            "stranded {n} vehicles on {where}",
            (
                "Drivers of {n} vehicles could go neither forward nor back.",
                "{n} vehicles got stuck and had to be pulled out one after the other.",
                "Hot tea was handed out to those in {n} vehicles that could not move.",
            ),
            5,
            90,
        ),
        CLOSED,
    ),
    Rest(
        "{m} bus lines were halted",
        (
            "{m} bus lines stopped running.",
            "Passengers of {m} bus lines waited in vain.",
            "The bus company took {m} lines out of service.",
        ),
        "no bus line was halted",
        (
            "All bus lines kept running, if late.",
            "The bus company did not have to take a single line out of service.",
            "No bus line was stopped.",
        ),
    ),
)
