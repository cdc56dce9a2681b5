"""Names and side sentences of the demo "bulletins". All of it is made up by us; no name is meant for a real place.

Slots of side sentences: {place} and {road} of the bulletin, {other_place}, {other_road}, {other_day} and {x} (a number)
that have nothing to do with what the bulletin reports, {agency}. Those of openers: {place}, {day}.
"""

from __future__ import annotations

PLACES = (
    "Aldby", "Ambfield", "Ashwick", "Barstead", "Bramton", "Burmouth", "Carwick", "Colby", "Corstead", "Denbridge",
    "Dunford", "Eastcombe", "Elmley", "Farfield", "Fenmouth", "Garby", "Grinford", "Harstead", "Holcombe", "Inbridge",
    "Jesley", "Kelbridge", "Kirfield", "Langcombe", "Lowton", "Marwick", "Morby", "Netford", "Norstead", "Oakmouth",
    "Otwick", "Penford", "Pitley", "Quarton", "Risby", "Rowfield", "Sandbridge", "Selwick", "Tarnley", "Thormouth",
    "Tolcombe", "Ulford", "Vexton", "Welstead", "Wexby", "Wynbridge", "Yarcombe", "Yelford", "Zenley", "Zorton",
)  # fmt: skip

ROADS = (
    "Mill Road", "Station Street", "Church Lane", "Canal Avenue", "Park Road", "Market Street", "Bridge Lane",
    "Castle Avenue", "Forge Road", "Orchard Street", "Quarry Lane", "Harbour Avenue", "Chapel Road", "Meadow Street",
    "Tannery Lane", "Priory Avenue", "Abbey Road", "Cross Street", "Dyer Lane", "Elm Avenue", "Ferry Road",
    "Garden Street", "Hill Lane", "Linden Avenue", "North Road", "Oak Street", "Pond Lane", "River Avenue",
    "School Road", "Tower Street", "Well Lane", "Windmill Avenue",
)  # fmt: skip

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
AGENCIES = (
    "the county council", "the fire service", "the police", "the road authority", "the rescue service",
    "the town hall", "the weather service", "the works department",
)  # fmt: skip

DATED = (
    "on {day}", "early on {day}", "late on {day}", "on {day} morning", "on {day} afternoon", "on {day} evening",
    "on {day} at {hour}", "shortly after {hour} on {day}", "at about {hour} on {day}",
)  # fmt: skip
"""When it happened, with the day."""
UNDATED = ("at {hour}", "shortly after {hour}", "just before {hour}", "at about {hour}")
"""When it happened, where the opener has the day."""

OPENERS = (
    "People in and around {place} had to be patient.",
    "The telephones of the town hall did not stand still.",
    "It was a day of flashing blue lights in {place}.",
    "Plans had to be changed in a part of {place}.",
    "Sirens were heard in {place} and in the villages nearby.",
    "Many people in {place} were late for work.",
    "Here is the latest from {place} and the country around it.",
    "What began as an ordinary day ended with a lot of work for the crews.",
    "The control room has published its report.",
    "Anyone who wanted to pass through {place} needed time.",
)
"""First sentences that say little."""
DATED_OPENERS = (
    "{day} did not go as planned for many people in and around {place}.",
    "The crews of {place} had a busy {day}.",
    "This is what the control room in {place} noted down on {day}.",
    "On {day}, the quiet in {place} came to an end.",
    "{day} will be remembered for a while in {place}.",
    "For the people of {place}, {day} was a difficult day.",
)
"""First sentences that say the day and little more."""

REVISED = (
    "A first estimate of {x} turned out to be wrong.",
    "The figure of {x} that was given at first has been withdrawn.",
    "Early talk of {x} was not confirmed.",
    "At first the number {x} made the rounds, which was a mistake.",
)
"""Sentences with a figure that does not hold."""

ASIDES = (
    "The cause is still being looked into.",
    "How it could come to this is not yet clear.",
    "A spokesperson of {agency} thanked everybody for their patience.",
    "As {agency} pointed out, such things are rare.",
    "The helpers were on their feet for a long time.",
    "Some of the onlookers took pictures.",
    "A shop nearby gave the helpers coffee.",
    "Whether an insurance will pay is open.",
    "According to {agency}, the plans for such cases have proved their worth.",
    "Residents had warned of it for a long time.",
    "The mood was calm.",
    "In the end, {agency} took down the last barriers.",
)
"""Sentences around what is reported, which say nothing of it."""
ASTRAY = (
    "Last year something similar happened on {other_road}.",
    "In {other_place}, by contrast, everything stayed quiet.",
    "A call from {other_place} turned out to be a false alarm.",
    "{other_road} was not affected.",
    "The weather service expects showers on {other_day}.",
    "The market on {other_day} will take place as planned.",
    "A meeting about it is planned for {other_day}.",
    "A report is to be ready by {other_day}.",
    "Help also came from {other_place}.",
    "For {agency} it was call number {x} of this month.",
    "{road} was last repaired {x} years ago.",
    "Curious drivers slowed down on {other_road}.",
    "Work on {other_road}, which is due on {other_day}, will go ahead.",
    "The bridge in {other_place} carries {x} cars on a usual day.",
    "A photograph in the paper shows {other_road} in {other_place}.",
    "By {other_day} nothing should be left to see of it.",
    "A detour led over {other_road}.",
    "Tools were lent by a firm from {other_place}.",
)
"""The same with a place, a road, a day or a number that lead astray."""
