"""Words that suggest that a child told of abuse or neglect: that is reported, and kept elsewhere.

It listens for an adult or the home, for what is sexual, for a child who wants to die; what
children do to each other at school is an incident like any other.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

# Patterns are in small letters without accents, with one space between words. <name> stands for
# one of these parts; a part may hold others that stand before it.
PARTS = {
    "adult": (
        "(?:(?:(?:step|foster|god|grand|bio)[ -]?)?(?:dad|daddy|father|pa|papa|papi|mom|mommy"
        "|mother|mama|mami|ma|parents?)"
        "|(?:mom|mother|dad|father|aunt|sister|grandma)'?s (?:boyfriend|girlfriend|husband|wife"
        "|partner|fiance)"
        "|(?:uncle|aunt|auntie|tio|tia|mr|ms|mrs)(?: [a-z]+)?"
        "|grandma|grandpa|nana|guardian|baby ?sitter|nanny|caregiver|caretaker|roommate|neighbor"
        "|teacher|coach|aide|tutor|bus driver|janitor|custodian|pastor|priest)"
    ),
    "kin": (
        "(?:(?:(?:step|foster|god|grand)[ -]?)?(?:dad|daddy|father|papa|papi)|grandpa"
        "|uncle(?: [a-z]+)?|(?:mom|mother|aunt|sister|grandma)'?s (?:boyfriend|husband|partner))"
    ),
    "whose": r"(?:(?:my|his|her|their|your|the|a|[\w]+'s?) )?",
    "they": "<whose><adult>",
    "now": (
        "(?: (?:always|sometimes|often|usually|really|just|also|still|even|had|has|have|will|would"
        "|was|is|were|are|keeps?|kept|used to|likes? to|going to|gonna"
        "|(?:gets?|got) (?:mad|drunk|angry) and|who|that|then|once|yesterday|last night|at home"
        "|drunk))*"
    ),
    "hit": (
        "(?:hits?|hitting|slap(?:s|ped|ping)?|beats?|beaten|beating|punch(?:es|ed|ing)?"
        "|kick(?:s|ed|ing)?|chok(?:es?|ed|ing)|burn(?:s|ed|t|ing)?|whip(?:s|ped|ping)?"
        "|whoop(?:s|ed|ing)?|spank(?:s|ed|ing)?|hurts?|hurting|belts|smack(?:s|ed|ing)?"
        "|strangl(?:es?|ed|ing)|abus(?:es?|ed|ing)|ties? up|tied up)"
    ),
    "child": (
        r"(?:him|her|me|them|us|you|p\d{1,2}"
        "|the (?:child|boy|girl|kids?|children|baby|student|family)"
        "|(?:his|her|my|their|the) (?:(?:little|baby|big|older|younger) )?(?:brothers?|sisters?"
        "|siblings|mom|mother|mommy|mama|grandma|kids|son|daughter|child|body))"
    ),
    "not_so": (
        "(?! (?:out|off|up|back|over|the ball|a ball|a high|a fly|to the|to school|feelings"
        "|at (?!home|night)|in a (?:race|game)|in (?:chess|uno|soccer|basketball|checkers)"
        "|head|arm|leg|foot|knee|hand|ankle|wrist|shoulder|finger|hip|neck"
        r"|while (?:playing|driving)|by (?:accident|mistake)|accidentally)\b)"
    ),
    "with_a": "with (?:a|an|the|his|her) (?:belt|cord|shoe|stick|hanger|spoon|cable|chancla)",
    "marks": (
        "(?:bruis(?:e|es|ed|ing)|welts?|burns?|burn marks?|black eyes?|marks|cuts|scratches"
        "|handprints?|injur(?:y|ies)|scars?)"
    ),
    "private": (
        "(?:privates|private (?:parts?|areas?|spots?)"
        r"|private(?! (?:journal|diary|note|notebook|message|room|property|space|things|stuff|bag"
        r"|conversation|school|chat|place|folder|office)\b)"
        "|genitals?|penis|vagina|testicles|breasts|pee[ -]?pee|wee[ -]?wee|down there"
        "|inside (?:her|his|my) (?:pants|underwear|clothes))"
    ),
    "bed": "(?:(?:his|her|my|their) bed|(?:his|her|my|their) (?:bed)?room at night)",
    "self": "(?:himself|herself|themselves|themself|myself|him self|her self|my self)",
    "wants": (
        "(?:wants?|wanted|wish(?:es|ed)?|try|tries|tried|trying|plans?|planned|going|gonna|likes?"
        "|(?:thinks?|thinking|thought) (?:about|of)|threaten(?:s|ed)?)"
    ),
    "padre": (
        "(?:papas?|papi|padres?|mama|mami|madre|padrastro|madrastra|padrino|madrina|tio|tia"
        "|abuel[oa]|abuelit[oa]|ninera|maestr[oa]|entrenador|vecino"
        "|(?:novi[oa]|espos[oa]|pareja) de (?:su|mi) (?:mama|papa|madre|padre|tia))"
    ),
    "ahora": "(?: (?:siempre|a veces|ya|tambien|anoche|ayer|que|mucho|se enoja y|toma y))*",
    "le": "(?:me|le|lo|la|les|los|las|nos)",
    "pega": (
        "(?:peg(?:a|o|aba|an|aron|ando)|golpe(?:a|o|aba|an|aron)|maltrat(?:a|o|aba|an)"
        "|lastim(?:a|o|aba|an)|quem(?:a|o|aba|an)|abus(?:a|o|aba)|azot(?:a|o|aba)"
        "|cachete(?:a|o|aba)|patea(?:ba)?|encierr?(?:a|o|aba)|ahorc(?:a|o|aba)|toc(?:a|o|aba))"
    ),
}


@dataclass(frozen=True)
class Kind:
    """What was told, in general words; what hints at it at all; and the ways to say it."""

    told: str
    hints: tuple[str, ...]
    patterns: tuple[str, ...]


def _kind(told: str, hints: str, patterns: str) -> Kind:
    return Kind(told, tuple(hints.split()), tuple(patterns.split("\n")))


DYING = "that a child wants to hurt or kill themselves"
KINDS = (
    _kind(
        DYING,
        "kill die dead suicid self life cut alive live vivir vida morir matar cort",
        r"""(?:kill|killing) <self>
<wants> (?:to )?(?:hurt|harm|cut|stab|hang|chok|strangl)(?:e|t?ing)? <self>
<wants> to die(?! of)
wish(?:es|ed)? (?:that )?(?:he|she|i|they|p\d{1,2}) (?:was|were) (?:dead|never born|not alive)
better off dead
(?:does not|doesn't|did not|didn't|don't|do not) want to (?:live|be alive)
(?:end|ending|take|taking) (?:his|her|my|their) (?:own )?life
suicidal|commit(?:s|ted|ting)? suicide|suicide (?:attempt|note|plan|threat|ideation)
(?:attempt(?:s|ed)?|about|of|threaten(?:s|ed)?) suicide
self[ -](?:harm|mutilat|injur)\w*
cut(?:s|ting)? <self> (?:on purpose|at home|at night|to feel|when (?:he|she|i|they))
(?:me|se) (?:quiero|quiere|queria|quisiera) (?:morir|matar)
(?:quiero|quiere|queria|quisiera) (?:morir(?:me|se)?|matar(?:me|se))
no (?:quiero|quiere|queria) (?:vivir|seguir viviendo)
suicidar\w*|suicidio|se corta los brazos|quitarse la vida""",
    ),
    _kind(
        "sexual abuse",
        "touch privat molest rap sex porn naked kiss fond toc agarr viol bed room",
        r"""touch(?:es|ed|ing)? [^.!?]{0,25}\b<private>
(?:kiss(?:es|ed)?|lick(?:s|ed)?|rub(?:s|bed)?|grab(?:s|bed)?) (?:\w+ ){0,3}<private>
<private> [^.!?]{0,25}\btouched
molest(?:s|ed|ing|ation|er)?
raped?|raping
sexual(?:ly)? (?:abus|assault|touch|molest|exploit)\w*
<they><now> (?:touch|kiss|fondl)(?:es|ed|ing)? <child> [^.!?]{0,20}(?:at night|in bed|naked)
<they><now> touch(?:es|ed|ing)? <child> (?:inappropriately|there|in a bad way)
<whose><kin><now> touch(?:es|ed|ing)? <child>(?=$|[.,;!?]| (?:when|while|and|a lot|every|in h))
<whose><kin><now> (?:comes?|came|gets?|got|climb\w*) (?:in|into|in to) <bed>
<they><now> (?:made|makes?|forc\w+) <child> (?:to )?(?:touch|kiss|undress|take off|sleep in)
(?:touched|fondled|kissed) (?:\w+ ){0,2}by <they>
<they><now> show(?:s|ed) <child> (?:porn|(?:his|her) <private>)
(?:toc\w+|agarr\w+) (?:\w+ ){0,3}(?:partes (?:privadas|intimas)|pene|vagina)
abus\w+ sexual\w*|sexualmente
(?:la|lo|me) viol(?:o|aba|aron)(?! la| las| una| el)|fue violad[oa]""",
    ),
    _kind(
        "that an adult hurts a child",
        "dad pa fath mom moth ma step uncle aunt gran nan parent guardian sitter care friend "
        "teacher coach aide driver janitor custodian priest neighbor tutor tio tia mr abuel "
        "vecino entren home casa nov husband wife abus belt cord domestic",
        r"""<they><now> <hit> <child>\b<not_so>
<they><now> (?:threw|throws) <child> (?:against|across|down the|into|on the|at the)
<they><now> lock(?:s|ed) <child> (?:in|inside|out)
<they><now> <hit> [a-z]+ (?:<with_a>|at home|every (?:day|night))
(?:hit|slapped|beaten|punched|kicked|choked|burned|burnt|whipped|hurt|abused|spanked) by <they>
(?:get|gets|getting|got) (?:a )?(?:hit|beaten|whipped|beatings?|whoopings?|whippings?) <with_a>
(?:get|gets|getting|got|was|is) (?:hit|beat|beaten|whipped|hurt|slapped) (?:at home|from <they>)
(?:get|gets|getting|got) (?:a )?(?:beating|whooping|whipping)s? (?:at home|from <they>)
(?:child|physical|domestic|emotional)(?:ly)? (?:abus(?:e|ed|ive)|violence)
abus(?:ed|ive|ing) (?:at home|by)|abuse at home
(?:mi|su|sus|mis|el|la) <padre><ahora> <le> <pega>
<le> <pega> (?:mucho |siempre |con (?:el|un|la|una) \w+ )?(?:mi|su|sus|mis) <padre>
<le> <pega>n? (?:\w+ ){0,3}en (?:la |su |mi )?casa""",
    ),
    _kind(
        "injuries that come from home, or fear of it",
        "home bruis welt burn eye mark cut scratch inj scar hand casa moret afraid terrif fright "
        "miedo safe",
        r"""<marks>\b[^.!?]{0,60}\b(?:at|from) home
<marks>\b[^.!?]{0,60}\b(?:from|by) <they>
<marks>\b[^.!?]{0,60}\b<whose>(?:<kin>|mom|mommy|mother|mama) did (?:it|that|this)
(?:came|comes|arrived|coming) (?:back )?(?:in|to school|to class)(?: today)? with \
(?:\w+ ){0,3}(?:bruises|welts|black eyes?|burn marks|burns)
cigarette burns?|belt marks?
(?:scared|afraid|terrified|frightened) (?:to go|of going|to be|of being) (?:back )?(?:at )?home
(?:scared|afraid|terrified|frightened) (?:to be|of being) alone with <they>
(?:scared|afraid|terrified) of (?:my|his|her|their) <adult>
(?:does not|doesn't|did not|didn't) feel safe (?:at home|with <they>)|not safe at home
tiene miedo (?:de|a) (?:ir|regresar|volver|irse|estar) (?:a|en) (?:su |la )?casa
tiene miedo (?:de|a) su <padre>
no (?:quiero|quiere|queria) (?:ir|irse|volver|regresar) a (?:su |la |mi )?casa porque
moret(?:on|ones)\b[^.!?]{0,60}\b(?:casa|su <padre>)""".replace("\\\n", ""),
    ),
    _kind(
        "that a child is not cared for",
        "food eat feed alone home passed drug drunk high neglect takes looks comid comer sol",
        r"""no food (?:at home|in (?:the|his|her|their) house)
nothing to eat (?:at home|in (?:the|his|her|their) house)
(?:has not|hasn't|had not|hadn't|have not|haven't) eaten (?:at home|(?:in|for) (?:\w+ )?days)
(?:has not|hasn't|had not|hadn't) eaten since (?:friday|saturday|yesterday|the weekend)
(?:nobody|no one|no adult) (?:feeds|takes care of|looks after|is ever home|is home)
(?:left|leaves?|stays?|is|are) (?:\w+ )?(?:home )?alone (?:for days|all weekend|for the weekend)
(?:left|leaves?|stays?|is|are) (?:\w+ )?(?:home )?alone (?:at home )?(?:all|every|over|at) ?night
<they> (?:is|was|gets?|got) (?:always )?(?:passed out|high|drunk|on drugs|using drugs)
(?:child|medical|severe) neglect|neglect(?:ed)? (?:at home|by <they>)
no (?:hay|tienen?|tenemos) (?:nada de )?comida en (?:la |su |mi )?casa
no (?:hay|tienen?) nada (?:que|de|para) comer en (?:la |su |mi )?casa
(?:lo|la|los|las|me|nos) dejan? sol[oa]s? (?:en (?:la |su )?casa|toda la noche)""",
    ),
)


def disclosure(text: str) -> str | None:
    """What a text seems to tell of abuse, neglect or a wish to die, in general words; or None."""
    plain = _plain(text)
    for kind in KINDS:
        if any(hint in plain for hint in kind.hints) and _said(kind).search(plain):
            return kind.told
    return None


def _plain(text: str) -> str:
    """Small letters without accents, one space between words, as the patterns are written."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    kept = (c for c in apart if unicodedata.category(c) not in ("Mn", "Cf"))
    straight = "".join(kept).replace("\u2019", "'").replace("\u2018", "'")
    return " ".join(straight.split())


@cache
def _said(kind: Kind) -> re.Pattern[str]:
    """All the ways to say it, as whole words."""
    said = "|".join(f"(?:{pattern})" for pattern in kind.patterns)
    for name, part in (*PARTS.items(), *PARTS.items()):  # twice: <they> holds two others
        said = said.replace(f"<{name}>", part)
    return re.compile(rf"\b(?:{said})\b")
