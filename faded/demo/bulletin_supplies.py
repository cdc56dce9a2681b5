"""Five kinds of incident of the demo "bulletins": fire, and what homes and trains depend on. See `bulletin_parts`."""

from __future__ import annotations

from faded.demo.bulletin_parts import CLOSED, HURT, Cause, Effect, Kind, Rest

FIRE = Kind(
    (
        Cause(
            "A fire in {thing}",
            (
                "{when}, flames were seen coming out of {thing} on {where}.",
                "Smoke rose over {where} {when}: {thing} had caught fire.",
                "A fire broke out in {thing} on {where} {when}.",
            ),
            (
                "a bakery", "a warehouse", "an empty barn", "a bicycle shop", "a garage", "a laundry", "a sawmill",
                "a furniture store", "a printing works", "a timber yard",
            ),
        ),
    ),
    (
        Effect(
            "kept {n} firefighters busy on {where}",
            (
                "In all, {n} firefighters were needed to put it out.",
                "{n} firefighters worked in turns until the last embers were out.",
                "The fire service sent {n} firefighters.",
            ),
            8,
            85,
        ),
        Effect(
            "drove {n} residents from their homes on {where}",
            (
                "Because of the smoke, {n} residents had to leave the houses next to it.",
                "{n} residents waited in the street until they could go back.",
                "Neighbouring houses were cleared, and {n} residents stood outside.",
            ),
            6,
            95,
        ),
    ),
    HURT,
)  # fmt: skip

LEAK = Kind(
    (
        Cause(
            "A gas leak",
            (
                "A smell of gas was noticed on {where} {when}, and a leak was soon found.",
                "{when}, a digger tore open a gas main on {where}.",
                "Gas escaped from a main under {where} {when}.",
            ),
        ),
        Cause(
            "An ammonia leak",
            (
                "Ammonia escaped from a cold store on {where} {when}.",
                "{when}, a valve gave way at a dairy on {where} and let out ammonia.",
                "At an ice rink on {where}, a leak of ammonia was noticed {when}.",
            ),
        ),
    ),
    (
        Effect(
            "emptied {n} homes on {where}",
            (
                "As a precaution, {n} homes were cleared.",
                "The people of {n} homes were asked to leave.",
                "Officers went from door to door at {n} homes and sent everybody out.",
            ),
            6,
            120,
        ),
        CLOSED,
    ),
    Rest(
        "{m} people went to hospital",
        (
            "{m} people with headaches were taken to hospital.",
            "Doctors at the hospital examined {m} people who had breathed it in.",
            "{m} people felt sick and spent the night in hospital.",
        ),
        "nobody went to hospital",
        (
            "Nobody had to be taken to hospital.",
            "No one felt unwell, and the hospital was told to stand down.",
            "The hospital had prepared for patients, but none came.",
        ),
    ),
)

POWER = Kind(
    (
        Cause(
            "A cable fault",
            (
                "A cable under {where} failed {when}.",
                "{when}, a fault in a cable put out the lights around {where}.",
                "A damaged cable below {where} gave out {when}.",
            ),
        ),
        Cause(
            "A failed transformer",
            (
                "A transformer beside {where} broke down {when}.",
                "{when}, a transformer on {where} failed with a loud bang.",
                "On {where}, a transformer stopped working {when}.",
            ),
        ),
    ),
    (
        Effect(
            "cut power to {n} homes around {where}",
            (
                "It left {n} homes in the dark.",
                "Fridges and heaters went off in {n} homes.",
                "The grid operator counted {n} homes without electricity.",
            ),
            40,
            950,
        ),
        Effect(
            "cut power around {where} for {n} hours",
            (
                "Electricity was back after {n} hours.",
                "Candles were lit, as the repair took {n} hours.",
                "People sat without current for {n} hours.",
            ),
            2,
            12,
        ),
    ),
    Rest(
        "{m} people were freed from lifts",
        (
            "The fire service freed {m} people from lifts that had stopped.",
            "{m} people were stuck in lifts and had to be let out.",
            "Between two floors, {m} people waited in lifts for help.",
        ),
        "nobody was stuck in a lift",
        (
            "All lifts were checked; nobody was stuck.",
            "No one was trapped in a lift.",
            "The lifts had stopped with open doors, so that nobody was trapped.",
        ),
    ),
)

RAILWAY = Kind(
    (
        Cause(
            "A signal failure",
            (
                "{when}, the signals failed at the crossing of {where}.",
                "Signals at the level crossing of {where} stayed red {when}.",
                "A signal failure was noted beside {where} {when}.",
            ),
        ),
        Cause(
            "A broken rail",
            (
                "A track inspector found a broken rail where the line crosses {where} {when}.",
                "{when}, a rail broke at the crossing of {where}.",
                "At the level crossing of {where}, a rail cracked through {when}.",
            ),
        ),
    ),
    (
        Effect(
            "cancelled {n} trains at {where}",
            (
                "The railway had to cancel {n} trains.",
                "{n} trains did not run.",
                "From the timetable, {n} trains were struck out.",
            ),
            4,
            60,
        ),
        Effect(
            "delayed trains at {where} by {n} minutes",
            (
                "Trains that did run were {n} minutes late.",
                "Passengers lost {n} minutes on the way.",
                "Every train through the spot arrived {n} minutes behind time.",
            ),
            15,
            95,
        ),
    ),
    Rest(
        "{m} buses stood in",
        (
            "{m} buses carried the passengers instead.",
            "The railway ordered {m} buses to stand in.",
            "With {m} buses, travellers were brought to the next station.",
        ),
        "no buses stood in",
        (
            "Buses to stand in could not be found.",
            "No replacement buses ran.",
            "Travellers looked for replacement buses, but there were none.",
        ),
    ),
)

WATER = Kind(
    (
        Cause(
            "A burst water main",
            (
                "A water main burst under {where} {when}.",
                "{when}, water shot out of the ground on {where}: a main had burst.",
                "Below {where}, an old water main gave way {when}.",
            ),
        ),
        Cause(
            "A dirty reservoir",
            (
                "The reservoir above {where} was found to be dirty {when}.",
                "{when}, a routine sample from the reservoir at {where} turned out to be dirty.",
                "Dirt got into the reservoir that serves {where} {when}.",
            ),
        ),
    ),
    (
        Effect(
            "left {n} homes on {where} without water",
            (
                "The taps ran dry in {n} homes.",
                "{n} homes had no water.",
                "Tank wagons brought water for {n} homes.",
            ),
            20,
            800,
        ),
        Effect(
            "stopped the water on {where} for {n} hours",
            (
                "The water was turned off for {n} hours.",
                "People filled bottles at a tank wagon for {n} hours.",
                "It was {n} hours before anything came out of the taps.",
            ),
            3,
            12,
        ),
    ),
    Rest(
        "{m} shops had to close",
        (
            "{m} shops shut their doors early.",
            "For {m} shops it meant a day without customers, as they had to close.",
            "The owners of {m} shops had to close.",
        ),
        "no shop had to close",
        (
            "The shops all stayed open.",
            "No shop was forced to close.",
            "Shop owners had feared the worst, but not one had to close.",
        ),
    ),
)
