"""Names in a text: those who take part become placeholders, others are told, words stay words."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from random import Random
from time import perf_counter

import pytest
from hypothesis import assume
from hypothesis import given as for_all
from hypothesis import strategies as st

from ledger.demo.names import drawn
from ledger.finding import BY_NUMBER, Found, search_key
from ledger.naming import Names, names, put
from ledger.naming.disclosure import disclosure
from ledger.naming.words import COMMON, FORMAL, KNOWN, SELDOM_FIRST

# As projections/roster.py fills them.
DDL = """
CREATE TABLE student (student_id TEXT PRIMARY KEY, name TEXT, given TEXT, family TEXT, grade TEXT,
    teacher TEXT, number TEXT, active INTEGER);
CREATE TABLE student_key (student_id TEXT, kind TEXT, key TEXT);
CREATE INDEX student_key_key ON student_key (key);
"""
PUPILS = """
Ana Rivera, 3, Okafor      Leo Park, 3, Okafor      Leo Vega, 3, Moss       Will Grace, 1, Lund
Grace Will, 2, Haddad      Hope Lund, 4,            Jonah Wells, 1, Lund    William Stone, 5,
José de la Rosa, 2,        Elizabeth Tran, 4,       De'Andre Banks, 5,      Seo-yeon Kim, 5,
Søren Ørsted, 4,           Íñigo Ibáñez-Nuñez, K,   Francisco Ortiz, 3, Moss
Bea Novak, 4,              Bea Novak, 2, Haddad     Camila Ortiz, 1, Lund   April Young, 2, Haddad
Суряни, 2, Haddad          נועם לוי, 3, Okafor      Nathaniel Cho, 3, Moss  Suryani, 2,
"""


def school(pupils: Iterable[tuple[str, str, str, int]]) -> sqlite3.Connection:
    """A roster of these students: name, grade, teacher, whether they are here."""
    db = sqlite3.connect(":memory:")
    db.executescript(DDL)
    for n, (name, grade, teacher, active) in enumerate(pupils):
        given, _, family = name.partition(" ")
        row = (f"s{n}", name, given, family, grade, teacher, f"10{n}", active)
        db.execute("INSERT INTO student VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
        for key in set(search_key(name).split()):
            db.execute("INSERT INTO student_key VALUES (?, 'name', ?)", (f"s{n}", key))
        db.execute("INSERT INTO student_key VALUES (?, 'number', ?)", (f"s{n}", f"10{n}"))
    return db


def pupils() -> list[tuple[str, str, str, int]]:
    each = [one.split(",") for one in re.split(r"\s{2,}|\n", PUPILS) if one]
    return [(name, grade.strip(), teacher.strip(), 1) for name, grade, teacher in each]


ROSTER = school([*pupils(), ("Zoe Adler", "5", "", 0)])


def student(name: str, db: sqlite3.Connection = ROSTER) -> Found:
    row = db.execute(
        "SELECT student_id, name, grade, teacher, number, active FROM student WHERE name = ?",
        [name],
    ).fetchone()
    return Found(*row)


def read(text: str, *people: str) -> Names:
    """What is found in a text when these take part, as P1, P2 …"""
    return names(ROSTER, text, {f"P{n}": student(name) for n, name in enumerate(people, 1)})


def told(found: Names) -> list[tuple[str, list[str]]]:
    return [(m.words, [one.name for one in m.students]) for m in found.mentions]


# Who takes part


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("Leo took the seat.", "P2 took the seat."),
        ("Threw a tray after Leo took the seat.", "Threw a tray after P2 took the seat."),
        ("leo, LEO and lEo", "P2, P2 and P2"),
        ("Leo's tray, Leo’s tray", "P2's tray, P2’s tray"),
        ("Leo Park's tray; leo park ran", "P2's tray; P2 ran"),
        ("Park, Leo", "P2"),
        ("Leo'd left", "P2'd left"),
        ("He hit Ana, Rivera and Ana Rivera.", "He hit P1, P1 and P1."),
        ('_Ana_ (Ana) "Ana" —Ana— Ana/Leo #Ana', '_P1_ (P1) "P1" —P1— P1/P2 #P1'),
        (
            "Leos' banana, a leopard, Anabel, Leo2, xAna",
            "Leos' banana, a leopard, Anabel, Leo2, xAna",
        ),
        ("Mr. Park, Ms Rivera and Dr. Leo Park", "Mr. Park, Ms Rivera and Dr. Leo Park"),
        ("the park, the Park, Leo ran. Leo Street", "the park, the Park, P2 ran. Leo Street"),
        ("Leo\r\nLeo\n\tLeo", "P2\r\nP2\n\tP2"),
        ("😀Leo👍🏽 \u200fLeo\u200f", "😀P2👍🏽 \u200fP2\u200f"),
    ],
)
def test_the_names_of_those_who_take_part_become_placeholders(text: str, becomes: str) -> None:
    assert read(text, "Ana Rivera", "Leo Park").text == becomes


@pytest.mark.parametrize(
    ("who", "text", "becomes"),
    [
        ("William Stone", "Bill hit Billy", "P1 hit P1"),
        ("Elizabeth Tran", "Liz and Beth, liz's", "P1 and P1, P1's"),
        ("José de la Rosa", "Pepe, Jose, JOSÉ and Jose\u0301", "P1, P1, P1 and P1"),
        ("Francisco Ortiz", "paco y Pancho", "P1 y P1"),
        ("De'Andre Banks", "De'Andre, De’Andre's, DeAndre", "P1, P1's, P1"),
        ("Seo-yeon Kim", "Seo-yeon, seo yeon, Seo\u2011yeon Kim", "P1, P1, P1"),
        ("Søren Ørsted", "Soren Orsted and SØREN", "P1 and P1"),
        ("Íñigo Ibáñez-Nuñez", "Inigo Ibanez-Nunez, Nuñez", "P1, P1"),
        ("Суряни", "Суряни и суряни", "P1 и P1"),
        ("נועם לוי", "נועם דחף", "P1 דחף"),
        ("Grace Will", "Grace cried. I saw Grace.", "P1 cried. I saw P1."),
        ("Grace Will", "say grace, in grace", "say grace, in grace"),
        ("Will Grace", "Will you stop? Will will.", "Will you stop? P1 will."),
        ("Will Grace", "WILL YOU STOP NOW", "WILL YOU STOP NOW"),
        ("Hope Lund", "Hope he stops. I hope. I saw Hope.", "Hope he stops. I hope. I saw P1."),
        (
            "April Young",
            "In April, on April 19, since April; April ran",
            "In April, on April 19, since April; P1 ran",
        ),
        ("April Young", "the young girl, Young", "the young girl, P1"),
    ],
)
def test_a_name_is_known_however_it_is_written(who: str, text: str, becomes: str) -> None:
    assert read(text, who).text == becomes


def test_what_was_replaced_is_told() -> None:
    found = read("Leo hit Ana. Leo's tray, leo", "Ana Rivera", "Leo Park")
    assert [(one.words, one.label) for one in found.replaced] == [
        ("Leo", "P2"),
        ("Ana", "P1"),
        ("leo", "P2"),
    ]


@pytest.mark.parametrize("text", ["He took leos tray.", "Leos tray fell.", "He took Leos tray."])
def test_a_possessive_without_its_apostrophe_is_asked_about(text: str) -> None:
    found = read(text, "Leo Park")
    assert (found.text, [names for _, names in told(found)]) == (text, [["Leo Park"]])
    assert told(read(text, "Ana Rivera")) == []


def test_a_plural_that_everybody_knows_is_no_possessive() -> None:
    assert told(read("She hopes for roses and wills.", "Hope Lund", "Will Grace")) == []


def test_a_namesake_who_takes_no_part_is_not_made_one_who_does() -> None:
    found = read("Leo hit Leo Vega", "Leo Park")
    assert found.text == "P1 hit Leo Vega"
    assert told(found) == [("Leo Vega", ["Leo Vega"])]


def test_a_name_of_two_who_take_part_is_asked_about() -> None:
    found = read("Ortiz hit Camila", "Francisco Ortiz", "Camila Ortiz")
    assert found.text == "Ortiz hit P2"
    assert told(found) == [("Ortiz", ["Camila Ortiz", "Francisco Ortiz"])]


def test_a_first_name_of_another_is_no_family_name() -> None:
    found = read("I saw Grace.", "Will Grace")
    assert told(found) == [("Grace", ["Will Grace", "Grace Will"])]
    assert found.text == "I saw Grace."


def test_a_child_whom_the_tables_do_not_have_yet_is_known_by_what_they_are_called() -> None:
    new = Found("new", f"Kai Moreno {BY_NUMBER}", "", "", "", True)
    assert names(ROSTER, "Kai pushed; Kai Moreno's bag. kai", {"P1": new}).text == (
        "P1 pushed; P1's bag. P1"
    )


# Others


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Then Leo ran.", [("Leo", ["Leo Park", "Leo Vega"])]),
        ("Then Leo's bag", [("Leo", ["Leo Park", "Leo Vega"])]),
        ("leo took it", [("leo", ["Leo Park", "Leo Vega"])]),
        ("Leo Park took it", [("Leo Park", ["Leo Park"])]),
        ("Jonah took it", [("Jonah", ["Jonah Wells"])]),
        ("He hit Jonha.", [("Jonha", ["Jonah Wells"])]),
        ("Jonha Wells hit him.", [("Jonha Wells", ["Jonah Wells"])]),
        ("Nathanial hit him.", [("Nathanial", ["Nathaniel Cho"])]),
        ("Nathan and Nate", [("Nate", ["Nathaniel Cho"])]),
        ("Paco ran", [("Paco", ["Francisco Ortiz"])]),
        (
            "She hit Will and Grace",
            [("Will", ["Will Grace", "William Stone"]), ("Grace", ["Grace Will"])],
        ),
        ("Will Grace came", [("Will Grace", ["Will Grace"])]),
        ("Grace cried. Will you stop? Hope he does.", []),
        ("in grace, a will, he will, I hope, the park, wells", []),
        ("Mr. Leo said; Ms. Jonah; Mrs. Ana Rivera; Coach Jonah", []),
        ("jonha, jonahs", []),
        (
            "jonah wells ran, then will grace and nathaniel cho",
            [
                ("jonah wells", ["Jonah Wells"]),
                ("nathaniel cho", ["Nathaniel Cho"]),
            ],
        ),
        ("LEO HIT JONAH", [("LEO", ["Leo Park", "Leo Vega"]), ("JONAH", ["Jonah Wells"])]),
        ("Zoe ran", []),  # who left
        ("Bea ran", [("Bea", ["Bea Novak", "Bea Novak"])]),
        ("May I go? In May, May 3.", []),
    ],
)
def test_names_of_others_are_told(text: str, found: list[tuple[str, list[str]]]) -> None:
    assert told(read(text)) == found
    assert read(text).text == text


def test_those_of_the_class_come_first_and_then_those_of_the_grade() -> None:
    [mention] = read("Then Leo ran.", "Francisco Ortiz").mentions
    assert [one.teacher for one in mention.students] == ["Moss", "Okafor"]
    [mention] = read("Then Bea ran.", "Grace Will").mentions
    assert [one.grade for one in mention.students] == ["2", "4"]


def test_a_mention_is_where_it_says() -> None:
    text = "Ana hit Jonah's arm 😀\r\n\u202eLeo Park\u202c, then נועם and Jose\u0301 left"
    found = read(text, "Ana Rivera")
    assert [m.words for m in found.mentions] == ["Jonah", "Leo Park", "נועם", "Jose\u0301"]
    for mention in found.mentions:
        assert found.text[mention.start : mention.end] == mention.words
    assert put(found.text, found.mentions[:2], "P2").startswith(
        "P1 hit P2's arm 😀\r\n\u202eP2\u202c,"
    )


def test_no_traceback_shows_a_name_of_a_text() -> None:
    assert "Leo" not in repr(read("Leo hit Jonah", "Leo Park"))
    assert "Jonah" not in repr(read("Leo hit Jonah", "Leo Park"))


# Laws

GIVEN = ("Ana", "Leo", "Jonah", "Camila", "Suryani", "Nathaniel")
FILLER = st.text("abc XYZ.,!?'’\n\t😀é-1א\u200f\u202e", max_size=12)


def spaced(name: str) -> st.SearchStrategy[str]:
    return st.sampled_from([name, name.upper(), name.lower(), f"{name}'s", f"{name}’s"])


TEXTS = st.lists(FILLER | st.sampled_from(GIVEN).flatmap(spaced), max_size=12).map("".join)
PEOPLE = st.lists(
    st.sampled_from(["Ana Rivera", "Leo Park", "Jonah Wells", "Camila Ortiz", "Grace Will"]),
    unique=True,
    max_size=4,
)


@for_all(text=TEXTS, people=PEOPLE)
def test_to_replace_twice_is_to_replace_once(text: str, people: list[str]) -> None:
    once = read(text, *people)
    twice = read(once.text, *people)
    assert twice.text == once.text
    assert twice.replaced == ()
    assert twice.mentions == once.mentions


@for_all(text=TEXTS, people=PEOPLE)
def test_nothing_but_names_is_changed(text: str, people: list[str]) -> None:
    found = read(text, *people)
    kept = re.split(r"P[1-9]", found.text)
    rest, at = text, 0
    for part in kept:
        at = rest.find(part, at)
        assert at >= 0
        at += len(part)
    if not found.replaced:
        assert found.text == text
    for mention in found.mentions:
        assert found.text[mention.start : mention.end] == mention.words


@for_all(name=st.sampled_from(GIVEN), before=st.text("abcé1", min_size=1), after=st.text("abcé1"))
def test_nothing_inside_a_word_is_replaced(name: str, before: str, after: str) -> None:
    people = {"P1": student(f"{name} {FAMILIES[name]}".strip())}
    for word in (before + name + after, name + before):
        assume(search_key(word) != search_key(name))
        assert names(ROSTER, f"x {word} y", people).text == f"x {word} y"


FAMILIES = {
    "Ana": "Rivera", "Leo": "Park", "Jonah": "Wells", "Camila": "Ortiz", "Suryani": "",
    "Nathaniel": "Cho",
}  # fmt: skip
EDGES = st.text(' .,;:!?()[]"“”—/\n\t😀\u200f', min_size=1, max_size=4)


@for_all(name=st.sampled_from(GIVEN).flatmap(spaced), before=EDGES, after=EDGES)
def test_every_name_of_one_who_takes_part_is_replaced(name: str, before: str, after: str) -> None:
    bare = re.sub(r"['’]s$", "", name)
    who = f"{bare.title()} {FAMILIES[bare.title()]}".strip()
    found = read(f"x{before}{name}{after}x", who)
    assert found.text == f"x{before}P1{name[len(bare) :]}{after}x"


@for_all(st.text(max_size=60))
def test_any_text_is_read(text: str) -> None:
    found = read(text, "Ana Rivera")
    assert found.text == text or found.replaced


def test_a_text_of_any_length_is_read_at_once() -> None:
    text = ("Leo hit Jonha. " * 1_400)[:20_000]
    began = perf_counter()
    found = read(text, "Leo Park")
    assert perf_counter() - began < 2
    assert found.text.count("P1") == text.count("Leo")


# Everyday sentences

EVERYDAY = """
Will you please sit down, I said twice.
He will not come in from recess.
She said grace before lunch and threw her tray.
I hope this helps. Hope this finds you well.
Mark my words, it was the third time today.
May I go to the restroom, she asked, and left before an answer.
In May and in April this happened every week.
Since August she has eaten alone.
On June 3 he hid under the table. Summer school starts soon.
Summer break was hard. The Summer Camp sign fell.
Rose from the rug and ran to the park.
The rain and the sky were grey; rain again at recess.
Rain kept us inside, so the rug was crowded.
Faith in the rules was low. Joy was not on the faces.
An angel costume was torn at the winter fair.
The young boy ran a long way, west of the gym.
Wells Street was closed, so the bus was late.
He drew on the wall with a black marker.
Mr. Banks sent him back; Ms. Rivera called home.
Mrs. Young and Dr. Park were told at the office.
Coach Will blew the whistle. Principal Grace came.
Chase games got rough on the field near the oak.
The jack is in the box; jack it up, he said.
The green team and the brown team argued over the ball.
Pushed the cart into the wall and laughed.
Every child sat down. Every chair was moved.
Never raised a hand. Later threw a pencil.
Water was spilled on purpose. Party hats were torn.
Carry the chair, I said. Early on he was calm.
Friday and Monday are hard days. March was worse.
After lunch he kicked the door three times and cursed.
Refused to put the iPad away; said it was unfair.
Ran out of Room 12 toward the Library and back.
Yelled "leave me alone" and hid in the hallway.
Used inappropriate language toward peers at lunch.
Took the ball from two first graders and kept it.
Was asked to line up and lay on the ground instead.
Bit a pencil, ripped the worksheet, then calmed down.
Said he hates math and pushed the desk over.
Two girls argued over the swing; no one was hurt.
Tripped on the stairs after racing; knee scraped.
The substitute wrote his name on the board.
Kindergarten was walking by and saw all of it.
Christmas songs made it loud; Spanish class stopped.
Grabbed the hood of another child in line.
Would not share the blocks, threw one at the window.
Told the nurse his tummy hurt before the test.
Left the rug without asking, third time this week.
Spit in the sink and wiped it on a chair.
HE WOULD NOT STOP YELLING AT LUNCH. WILL NOT SIT.
"Will we go out?" he asked. "Can I?" she said.
No quiso entrar a la clase y se quedó en el patio.
Empujó a un niño en la fila y luego pidió perdón.
La rosa del jardín, la luz, el sol y la paz.
Le pegó a otra niña en el recreo con la pelota.
Dijo que no quería leer; será en abril o en mayo.
El domingo no hay clases. Julio es verano.
Angry words, no contact. Calm after five minutes.
The case was closed; a stone and a stick were put away.
Case closed. Long talk after. Best day so far.
""".strip().splitlines()
WORDS_AS_NAMES = (
    *("Will", "Grace", "May", "Mark", "Hope", "Rose", "Joy", "Faith", "Angel", "Rain", "Sky"),
    *("Summer", "August", "April", "June", "Chase", "Drew", "Jack", "Rob", "Avery", "Walter"),
    *("Marty", "Carly", "Earl", "Harry", "Julio", "Abril", "Luz", "Sol", "Paz", "Rosa", "Stone"),
    *("Domingo", "Case", "Long", "Best", "Young"),
)


def big(count: int = 700) -> sqlite3.Connection:
    """A school of many names, and every name that is a word."""
    people = drawn(Random(7))
    some = [next(people) for _ in range(count)]
    known = [(f"{n.preferred or n.given} {n.family}", "3", "Lund", 1) for n in some]
    return school([*known, *((f"{w} Vandermeulen", "3", "Lund", 1) for w in WORDS_AS_NAMES)])


BIG = big()


def test_there_are_sixty_everyday_sentences() -> None:
    assert len(set(EVERYDAY)) == 60


@pytest.mark.parametrize("sentence", EVERYDAY)
def test_an_everyday_sentence_names_nobody(sentence: str) -> None:
    found = names(BIG, sentence, {})
    assert (found.text, told(found)) == (sentence, [])


@pytest.mark.parametrize("sentence", EVERYDAY)
def test_an_everyday_sentence_is_no_disclosure(sentence: str) -> None:
    assert disclosure(sentence) is None


def test_all_of_them_as_one_text_name_nobody_either() -> None:
    text = "\n".join(EVERYDAY)
    assert told(names(BIG, text, {})) == []


def test_a_word_table_is_in_plain_small_letters() -> None:
    words = {*COMMON, *KNOWN, *SELDOM_FIRST, *FORMAL, *(n for f in FORMAL.values() for n in f)}
    assert {word for word in words if search_key(word) != word} == set()
    assert SELDOM_FIRST <= COMMON


# Speed

LIKELY = (
    "Threw a tray after Harper took the seat. Wyatt said that Miles and Camilla were laughing; "
    "then Mr. Okoye came. Jaxson ran out toward the Playground and Nathaniel yelled at Marisol. "
    "Everyone was told to sit down while Emiliano's backpack was found near the fence by Brayden. "
    "She refused to go in and hit the door with her hand. After Lunch Katherin and Ulises came "
    "back with Ms. Varga."
)


def test_a_statement_is_read_against_a_whole_school_in_a_blink() -> None:
    def timed() -> float:
        began = perf_counter()
        names(BIG, LIKELY, {"P1": student("Will Vandermeulen", BIG)})
        return perf_counter() - began

    assert 350 < len(LIKELY) < 450
    assert min(timed() for _ in range(20)) < 0.005


def test_nothing_heavy_is_imported() -> None:
    code = "import sys, ledger.naming, ledger.naming.disclosure; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        check=True,
    )
    heavy = {"anyascii", "dateparser", "pydantic", "rapidfuzz", "sqlalchemy", "sqlcipher3"}
    assert heavy & set(done.stdout.split()) == set()


# Disclosures

ADULT, FEAR, SEXUAL = "an adult hurts", "from home", "sexual"
CARE, DYING = "not cared for", "kill themselves"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("his dad hits him", ADULT),
        ("She said her father hit her with a belt.", ADULT),
        ("He said: my stepdad\nbeats me at home", ADULT),
        ("P1’s mom’s boyfriend slapped P1", ADULT),
        ("Mom gets drunk and hits me", ADULT),
        ("the babysitter locked him in a closet", ADULT),
        ("his dad threw him against the wall", ADULT),
        ("The coach slapped him", ADULT),
        ("was hit by his father", ADULT),
        ("her dad always hits her mom", ADULT),
        ("mi papá me pega", ADULT),
        ("Mi PAPA\u0301 me pega", ADULT),
        ("Dijo que su papá le pega con el cinto.", ADULT),
        ("le pegó con el cinturón su padrastro", ADULT),
        ("su mamá la golpea", ADULT),
        ("bruises on her arms that came from home", FEAR),
        ("has bruises, he says from his dad", FEAR),
        ("came to school with a black eye", FEAR),
        ("She is scared to go home.", FEAR),
        ("tiene miedo de ir a su casa", FEAR),
        ("moretones en el brazo, de su casa", FEAR),
        ("touched her private", SEXUAL),
        ("somebody touched his private parts", SEXUAL),
        ("uncle Rob touches her at night", SEXUAL),
        ("She told me that her uncle touches her.", SEXUAL),
        ("her stepdad touched her, she said", SEXUAL),
        ("mom's boyfriend comes into her room at night", SEXUAL),
        ("has bruises and said dad did it", FEAR),
        ("no quiere volver a casa porque le pegan", FEAR),
        ("le tocó sus partes privadas", SEXUAL),
        ("there is no food at home", CARE),
        ("they are left home alone all night", CARE),
        ("lo dejan solo en casa", CARE),
        ("no hay comida en la casa", CARE),
        ("She said she wants to kill herself", DYING),
        ("I wanna die, he said; he wants to die", DYING),
        ("said he is going to hurt himself", DYING),
        ("cutting herself at home", DYING),
        ("me quiero morir", DYING),
        ("wants to k\u200bill her\u00adself", DYING),
    ],
)
def test_what_may_be_a_disclosure_is_heard(text: str, told: str) -> None:
    assert told in (disclosure(text) or "")


@pytest.mark.parametrize(
    "text",
    [
        "he hit me",
        "Hit P2 at recess and ran to his teacher.",
        "His mom was called; he hit the wall.",
        "Told his dad that P2 hit him.",
        "The teacher saw that P1 hit P2.",
        "P2 slapped P1; the teacher told her to stop.",
        "He was punched by P2.",
        "Kicked the teacher.",
        "The teacher kicked him out of class.",
        'Said "I am going to kill you" to P2.',
        "Fell and hurt himself on the slide.",
        "His dad beat him at chess and he was sad.",
        "Her mom hurt her back and could not come.",
        "Bruise on the knee from a fall on the playground.",
        "Touched her hair and her backpack.",
        "Took his private journal.",
        "Dad touched her hair and came into the room at noon.",
        "Her uncle will touch base with us.",
        "Scratches on the desk; said that P2 did it.",
        "No quiere ir a casa temprano.",
        "He cut himself with scissors in art.",
        "Ran suicides in PE and cried.",
        "His dad threw him a party.",
        "Called home; dad will talk to him.",
        "Was scared of the dog.",
        "Violó la regla del recreo.",
        "Le pegó a su mamá al salir.",
        "Su mamá le habló por teléfono.",
    ],
)
def test_an_incident_among_children_is_no_disclosure(text: str) -> None:
    assert disclosure(text) is None


def test_what_was_heard_is_not_quoted() -> None:
    heard = disclosure("Xylophone said his dad hits him with a quetzal.") or ""
    assert "hits" not in heard
    assert "quetzal" not in heard


@for_all(st.text(max_size=80))
def test_any_text_can_be_listened_to(text: str) -> None:
    assert disclosure(text) is None or isinstance(disclosure(text), str)


@pytest.mark.parametrize("words", ["his mom always just also ", "bruise home ", "touch ", "aaaa "])
def test_the_longest_text_is_listened_to_at_once(words: str) -> None:
    began = perf_counter()
    disclosure((words * 5_000)[:20_000])
    assert perf_counter() - began < 1
