"""Misspellings that people make: a list of words known for it, and rules for the others.

The list and the rules are our own; each rule is a confusion of English spelling (ie and ei, single and double letters,
unstressed endings that sound alike), not a slip of the finger - those are in `text_letters`.
"""

from __future__ import annotations

import re

import numpy as np

from faded.concepts.text_registry import share_concept
from faded.concepts.text_words import cased_like, rewrite, vocabulary

MISSPELLED = dict(
    pair.split(":")
    for pair in vocabulary("""
    accident:accidant accidentally:accidently accommodate:accomodate accommodation:accomodation achieve:acheive
    across:accross address:adress advice:advise affected:effected aggressive:agressive almost:allmost
    although:altough amount:ammount announced:anounced apparent:apparant appearance:appearence
    approximately:aproximately argument:arguement arrived:arived attendance:attendence
    authorities:autorities available:availible beautiful:beatiful because:becuase before:befor beginning:begining
    being:bieng believe:beleive between:betwen bridge:brige building:bulding business:buisness calendar:calender
    cancelled:cancled careful:carefull caught:cought ceiling:cieling cemetery:cemetary centre:center
    changeable:changable chief:cheif coming:comming committee:commitee completely:completly
    condition:condtion conscious:concious council:counsil damage:dammage decided:desided
    definitely:definately delayed:delaid describe:discribe different:diffrent disappeared:dissapeared
    disappointed:dissapointed during:durring early:earley eighth:eigth electricity:electrisity
    embarrassed:embarassed emergency:emergancy environment:enviroment equipment:equiptment especially:expecially
    evening:evning exceed:excede excellent:excellant existence:existance expected:exspected experience:experiance
    february:febuary finally:finaly foreign:foriegn forty:fourty forward:foward friday:fryday friend:freind
    further:furthur government:goverment grateful:greatful guarantee:garantee happened:happend harassed:harrassed
    height:heigth hospital:hospitle immediately:immediatly independent:independant injured:injered
    interest:intrest interrupted:interupted island:iland knowledge:knowlege length:lenth library:libary
    lightning:lightening likely:likley maintenance:maintainance many:meny meant:ment minute:minuite morning:mourning
    necessary:neccessary neighbour:nieghbour neighbourhood:nieghbourhood noticeable:noticable occasion:ocassion
    occurred:occured official:offical often:offen opened:openned opposite:oposite parallel:paralell
    parliament:parliment passenger:passanger people:poeple perhaps:prehaps permanent:permanant persistent:persistant
    persuade:pursuade piece:peice police:polise possession:posession possible:possable potatoes:potatos
    preferred:prefered presence:presance privilege:priviledge probably:probly public:publick pursue:persue
    quickly:quikly quiet:quite railway:railwey receive:recieve received:recieved recommend:reccomend
    referred:refered relevant:relevent repeated:repeeted reported:reportted residents:residants restaurant:resturant
    rhythm:rythm said:sayed saturday:saterday schedule:shedule school:scool scissors:sissors
    separate:seperate several:severel siege:seige similar:similer since:sinse sincerely:sincerly speech:speach
    station:stasion stopped:stoped straight:strait street:streat strength:strenth success:sucess
    successful:succesful surprise:suprise temperature:temprature temporary:temporery their:thier there:thier
    therefore:therefor thorough:through though:tho threshold:threshhold through:threw thursday:thirsday
    together:togeather tomorrow:tommorow tonight:tonite traffic:trafic tragedy:tradgedy transferred:transfered
    travel:travell truly:truely tuesday:teusday until:untill unusual:unusal usually:usualy vehicle:vehical
    vehicles:vehicals visible:visable warning:warnning water:watter weather:wether wednesday:wensday weird:wierd
    were:where whether:wether which:wich whole:hole without:witout wreck:reck writing:writting
    yesterday:yesturday
    """)
)
"""Words, without capitals, and how they are often misspelled."""

RULES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), wrong)
    for pattern, wrong in (
        (r"ie", "ei"), (r"ei", "ie"), (r"able$", "ible"), (r"ible$", "able"), (r"ance", "ence"), (r"ence", "ance"),
        (r"ant$", "ent"), (r"ent(?=s?$)", "ant"), (r"ful$", "full"), (r"ly$", "ley"), (r"tion(?=s?$)", "sion"),
        (r"ough", "uff"), (r"ght", "gt"), (r"ph", "f"), (r"wh", "w"), (r"ck", "k"), (r"kn", "n"), (r"ea", "ee"),
        (r"ou", "uo"),
        (r"er(?=s?$)", "or"), (r"or(?=s?$)", "er"), (r"y$", "ey"), (r"ar", "er"), (r"([bcdfglmnprst])\1", r"\1"),
        (r"(?<=[aeiou])([lmnprst])(?=[aeiou])", r"\1\1"), (r"(?<=[a-z])e(?=s?$)", ""), 
        (r"s(?=[ei])", "c"), (r"c(?=[eiy])", "s"),
    )
)  # fmt: skip
"""Confusions of spelling for words of five letters and more: what is misheard or half remembered."""
SHORTEST = 5
"""Letters of the shortest word that a rule is applied to: shorter ones are spelled by heart, or are in the list."""


@share_concept("misspelling", phrase="words misspelled ({value:.0%})")
def misspell(text: str, share: float, draws: np.random.Generator) -> str:
    """Misspell a share of the words that can be, by the list where they are in it, else by one of the rules."""
    return rewrite(text, share, draws, misspelling)


def misspelling(word: str, number: float) -> str | None:
    """Return the word misspelled, the rule chosen by a number in [0, 1); None where neither knows it.

    The rules leave words with capitals alone: a name written otherwise may be another name.
    """
    folded = word.casefold()
    if folded in MISSPELLED:
        return cased_like(MISSPELLED[folded], word)
    if len(word) < SHORTEST or not (word.isascii() and word.isalpha() and word.islower()):
        return None
    options = [wrong for pattern, by in RULES if (wrong := pattern.sub(by, folded, count=1)) != folded]
    return cased_like(options[int(number * len(options))], word) if options else None
