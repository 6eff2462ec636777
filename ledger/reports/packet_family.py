"""What a family may read: their own child by name, any other only as another student.

Texts are masked first; then the whole paper is searched, and with anything found it is not made.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from itertools import pairwise, product

from rapidfuzz.distance import OSA

from ledger.finding import FIELDS, Db, Found, search_key
from ledger.naming import names, put
from ledger.naming.words import COMMON, PARTICLES
from ledger.reports.packet_words import Words

WORD = re.compile(r"[^\W_]+(?:['\u2019`\u00b4\u02bc][^\W_]+)*")
PLACEHOLDER = re.compile(r"\bP\d{1,3}\b")
OPENS = re.compile(r"(?:^|[.!?¿¡]\s+)$")  # what a sentence begins after
POSSESSIVE = re.compile(r"['’](?:s)?$", re.IGNORECASE)
JOINED, TURNED = re.compile(r"[\s-]+"), re.compile(r",\s+")
NUMBER = re.compile(r"[\w-]{3,}")
YEAR = re.compile(r"20\d\d")  # stands in every date of the paper
HALVES = frozenset(("am", "pm"))  # of a day: initials, but for those of a time
HOUR = re.compile(r"\d\s?$")
LEADING = re.compile(r"(?<!\w)([^\W\d_]+)\.?\s+$")  # the word before a place of the text
DESCRIBED = re.compile(
    r"\b(?:girls?|boys?|sisters?|brothers?|niñ[ao]s?|herman[ao]s?|room \d+|salón \d+"
    r"|(?:\w+[ -])?graders?|(?:\d(?:st|nd|rd|th)|\w+)[ -]grade|kindergart\w+|\w+ grado)\b",
    re.IGNORECASE,
)  # sex, kin, class or grade of somebody: of whom, only a person can tell
LEAST = 2  # letters of a part of a name
LEAST_NUMBER = 3  # figures of a number: fewer could be a count or a grade; see NUMBER


@dataclass(frozen=True, slots=True)
class Names:
    """Whose names may stand on this paper, and whose may not."""

    book: Db
    own: Found = field(repr=False)
    ids: frozenset[str]  # of the child
    others: frozenset[str]  # ids of those who take part in something on it
    shared: frozenset[str] = field(repr=False)  # keys of parts that the child or the staff have
    full: frozenset[tuple[str, str]] = field(repr=False)  # whole names of theirs, two by two
    parts: frozenset[str] = field(repr=False)  # keys of parts of the others' names
    initials: frozenset[str] = field(repr=False)  # of the others: lp
    given: Mapping[str, str] = field(repr=False)  # key of a given name → initial of the family's
    pairs: frozenset[tuple[str, str]] = field(repr=False)  # of the others: a given, a family name
    joined: frozenset[str] = field(repr=False)  # names of theirs that are written without a space


def whose(book: Db, ids: Collection[str], others: Iterable[str], staff: Iterable[str]) -> Names:
    """Of these people: the child's ids, other participants' ids, the names of the staff."""
    there = frozenset(others) - frozenset(ids)
    own = _people(book, ids)[0]
    own_keys, adults = _name_keys(book, ids), [_keys(name) for name in staff]
    shared = own_keys | {key for keys in adults for key in keys}
    full = {*product(own_keys, own_keys), *(pair for keys in adults for pair in pairwise(keys))}
    people = _people(book, there)
    initials = {_initials(one.name) for one in people} - {_initials(own.name)}
    return Names(
        book,
        own,
        frozenset(ids),
        there,
        frozenset(shared),
        frozenset(full),
        frozenset(_name_keys(book, there) - shared),
        frozenset(one for one in initials if len(one) >= LEAST),
        {first: last for one in people for first, last in _called(one.name)},
        frozenset(pair for id in there for pair in _pairs_of(book, id) if pair not in full),
        frozenset(one for id in there for one in _joined(*_names_of(book, id))),
    )


def _people(book: Db, ids: Collection[str]) -> list[Found]:
    asked = f"SELECT {FIELDS} FROM student WHERE student_id = ?"  # noqa: S608
    rows = (row for id in ids for row in book.execute(asked, [id]))
    found = [
        Found(id, name, grade, teacher, number, bool(active))
        for id, name, grade, teacher, number, active in rows
    ]
    return found or [Found("", "", "", "", "", False)]


def _name_keys(book: Db, ids: Collection[str]) -> set[str]:
    asked = "SELECT key FROM student_key WHERE kind = 'name' AND student_id = ?"
    rows = (row for id in ids for row in book.execute(asked, [id]))
    keys = {key for (key,) in rows if len(key) >= LEAST and key not in PARTICLES}
    return keys | {key for id in ids for name in _names_of(book, id) for key in _only(name)}


def _names_of(book: Db, id: str) -> tuple[str, str]:
    """The given and the family name."""
    asked = "SELECT given, family FROM student WHERE student_id = ?"
    return next(((one, two) for one, two in book.execute(asked, [id])), ("", ""))


def _only(name: str) -> list[str]:
    """The keys of a name that is a particle and nothing more, as Al is."""
    return [] if _keys(name) else [key for key in search_key(name).split() if len(key) >= LEAST]


def _joined(given: str, family: str) -> set[str]:
    """A whole name as a script without capitals writes it: in one, 李伟."""
    cased = (given + family).upper() != (given + family).lower()
    return set() if cased or not (given and family) else {family + given, given + family}


def _pairs_of(book: Db, id: str) -> Iterator[tuple[str, str]]:
    given, family = _names_of(book, id)
    yield from product(_keys(given), _keys(family))


def _keys(name: str) -> list[str]:
    return [key for key in search_key(name).split() if key not in PARTICLES]


def _called(name: str) -> Iterator[tuple[str, str]]:
    """The first name, as a particle that is one too, and the initial of the last."""
    keys = search_key(name).split()
    if keys:
        yield keys[0], keys[-1][:1]


def _initials(name: str) -> str:
    first, rest = search_key(name).split()[:1], _keys(name)
    return "".join(key[0] for key in (rest if first == rest[:1] else first + rest))


# A text


@dataclass(frozen=True, slots=True)
class Cast:
    """Who takes part in one incident: placeholder → student id, None for who is no student."""

    own: str | None  # the child's placeholder
    people: Mapping[str, str | None]

    def others(self) -> list[str]:
        return [label for label in self.people if label != self.own]


NOBODY = Cast(None, {})


def shown(text: str, cast: Cast, child: str, words: Words) -> str:
    """A text with people in the places of their placeholders; other children have no name."""
    if not cast.people:
        return text
    said: dict[str, str] = {cast.own: child} if cast.own else {}
    students = [label for label in cast.others() if cast.people[label] is not None]
    said |= {label: words.other(n) for n, label in enumerate(students)}
    said |= {label: words.top("outsider") for label in cast.others() if label not in said}
    return PLACEHOLDER.sub(lambda found: _in_place(found, said, words), text)


def _in_place(found: re.Match[str], said: Mapping[str, str], words: Words) -> str:
    """What stands for a placeholder; one that is gone from the incident is another child's."""
    name = said.get(found[0]) or words.other(0)
    return _opened(name, found.string[: found.start()])


def _opened(name: str, before: str) -> str:
    return name[:1].upper() + name[1:] if OPENS.search(before) else name


def masked(text: str, cast: Cast, child: str, words: Words, whose: Names) -> str:
    """The same, with the others' names replaced; for a family every one that may be a child's."""
    found = names(whose.book, text, _found(cast, whose))
    unsure = found.mentions if words.plain else ()
    beside = [m for m in unsure if not _may_stay(m.words, m.students, whose)]
    bare = _unled(put(found.text, beside, words.other(0)), cast, whose)
    return shown(
        _without(_uncounted(bare, whose, words), whose, words.other(0)), cast, child, words
    )


def _unled(text: str, cast: Cast, whose: Names) -> str:
    """The text without what is left of a name before the placeholder of another."""
    made, done = [], 0
    for found in PLACEHOLDER.finditer(text):
        if found[0] != cast.own:
            made.append(text[done : _led(text, found.start(), whose)])
            done = found.start()
    return "".join([*made, text[done:]])


def _uncounted(text: str, whose: Names, words: Words) -> str:
    """The text without the numbers of other students."""
    numbers = (found[0] for found in NUMBER.finditer(text))
    theirs = [number for number in dict.fromkeys(numbers) if _is_anothers(number, whose)]
    for number in sorted(theirs, key=len, reverse=True):
        text = re.sub(rf"(?<![\w-]){re.escape(number)}(?![\w-])", words.other(0), text)
    return text


def _is_anothers(number: str, whose: Names) -> bool:
    asked = "SELECT student_id FROM student_key WHERE kind = 'number' AND key = ?"
    ids = {id for (id,) in whose.book.execute(asked, [number.casefold()])}
    return bool(ids) and not ids & whose.ids


def _found(cast: Cast, whose: Names) -> dict[str, Found]:
    """Who takes part, as naming asks for them; the child has a place even where it has none."""
    people = {
        label: _people(whose.book, [id])[0]
        for label, id in cast.people.items()
        if id is not None and id not in whose.ids
    }
    return {**people, cast.own: whose.own} if cast.own else people


def _may_stay(said: str, students: Sequence[Found], whose: Names) -> bool:
    """Whether the words are the child's own name too, or of parts that the staff have."""
    keys = {key for key in search_key(said).split() if key not in PARTICLES}
    return keys <= whose.shared or any(one.student_id in whose.ids for one in students)


def _without(text: str, whose: Names, other: str) -> str:
    """The text without any part of another participant's name that naming took for a word."""
    made, done = [], 0
    for start, end in _spots(text, whose):
        if start >= done:
            made += [text[done:start], _opened(other, text[:start])]
        done = max(done, end)
    return "".join([*made, text[done:]])


def _spots(text: str, whose: Names) -> list[tuple[int, int]]:
    """Where parts of names and initials of other participants stand, from left to right."""
    parts = [_spot(text, found, whose) for found in WORD.finditer(text)]
    whole = [(start, end) for start, end, pair in _paired(text) if pair in whose.pairs]
    whole += [f.span() for one in whose.joined for f in re.finditer(re.escape(one), text)]
    spots = [*(spot for spot in parts if spot), *whole, *_initialled(text, whose)]
    return sorted((_led(text, start, whose), end) for start, end in spots)


def _led(text: str, start: int, whose: Names) -> int:
    """Where a name begins: with the initial, or the misspelt given name, that stands before it."""
    found = LEADING.search(text[:start])
    if not found or not found[1][0].isupper():
        return start
    key = search_key(found[1])
    if key in whose.shared or (len(key) > 1 and key in COMMON and key not in whose.parts):
        return start
    return found.start() if any(_is_like(key, given) for given in whose.given) else start


def _is_like(key: str, given: str) -> bool:
    """Whether it is the initial of a given name, or but one slip from it."""
    return key in (given, given[:1]) or (len(key) > LEAST and OSA.distance(key, given) <= 1)


def _spot(text: str, found: re.Match[str], whose: Names) -> tuple[int, int] | None:
    start, end = found.start(), _end(found)
    if not _is_part(text[start:end], whose.parts):
        return None
    letter = whose.given.get(search_key(text[start:end]))
    more = re.compile(rf"\s+{letter}\b\.?", re.IGNORECASE).match(text, end) if letter else None
    return start, more.end() if more else end


def _is_part(word: str, parts: Collection[str]) -> bool:
    """Whether a word is a part of such a name; a common one counts when it is written as one."""
    keys = search_key(word).split()
    if not any(key in parts for key in keys):
        return False
    return not word[0].islower() or any(key in parts and key not in COMMON for key in keys)


def _initialled(text: str, whose: Names) -> Iterator[tuple[int, int]]:
    for letters in whose.initials:
        dotted = r"\.?\s?".join(map(re.escape, letters))
        for found in re.finditer(rf"(?<!\w){dotted}(?!\w)\.?", text, re.IGNORECASE):
            said = "." in found[0] or found[0].isupper()
            if said and not (letters in HALVES and HOUR.search(text[: found.start()][-2:])):
                yield found.span()


# The whole paper


def leaks(text: str, whose: Names, printed: Collection[str]) -> bool:
    """Whether a name or number of another child stands in a text that leaves.

    `printed` are words that the paper has by itself, as it spells them.
    """
    words = [POSSESSIVE.sub("", found[0]) for found in WORD.finditer(text)]
    if any(_is_part(word, whose.parts) and word not in printed for word in words):
        return True
    initials = (text[start:end] for start, end in _initialled(text, whose))
    if any(said not in printed or said.casefold() in HALVES for said in initials):
        return True
    return _numbered(text, whose) or _named(text, whose, printed)


def _numbered(text: str, whose: Names) -> bool:
    """Whether any number or id of another student stands in it."""
    asked = "SELECT key, student_id FROM student_key WHERE kind = 'number'"
    rows = [(key, id) for key, id in whose.book.execute(asked) if _is_searched(key)]
    own = {key for key, id in rows if id in whose.ids}
    said = set(NUMBER.findall(text.casefold()))
    return any(key in said and key not in own for key, id in rows)


def _is_searched(key: str) -> bool:
    return len(key) >= LEAST_NUMBER and not YEAR.fullmatch(key)


def _named(text: str, whose: Names, printed: Collection[str]) -> bool:
    """Whether the full name of another student stands in it, in either order."""
    said = {pair for _, _, pair in _paired(text)}
    alone = {key for key in map(_alone, WORD.findall(text)) if key} - whose.shared
    known = {search_key(word) for word in printed}
    for id, given, family in whose.book.execute("SELECT student_id, given, family FROM student"):
        if id in whose.ids:
            continue
        firsts, lasts = _keys(given), _keys(family)
        pairs = {(first, last) for first in firsts for last in lasts} - whose.full
        one = firsts + lasts if not (firsts and lasts) else []
        if any(name in text for name in _joined(given, family)):
            return True
        if pairs & said or (len(one) == 1 and one[0] in alone - known):
            return True
    return False


def _paired(text: str) -> Iterator[tuple[int, int, tuple[str, str]]]:
    """Words that follow each other, with their place; those that a comma turns, turned again."""
    for before, after in pairwise(WORD.finditer(text)):
        gap = text[before.end() : after.start()]
        keys = _keys(before[0]), _keys(text[after.start() : _end(after)])
        if all(keys) and JOINED.fullmatch(gap):
            yield before.start(), _end(after), (keys[0][-1], keys[1][0])
        elif all(keys) and TURNED.fullmatch(gap):
            yield before.start(), _end(after), (keys[1][-1], keys[0][0])


def _end(found: re.Match[str]) -> int:
    """Where a word ends, without what says that something is theirs."""
    return found.start() + len(POSSESSIVE.sub("", found[0]))


def _alone(word: str) -> str:
    """The key of a word that is written as a name and is no common one."""
    key = search_key(POSSESSIVE.sub("", word))
    return "" if word[0].islower() or key in COMMON else key


def printed(words: Words, *more: str) -> frozenset[str]:
    """The words that a paper has by itself: of the catalogue, and of the school's name."""
    return frozenset(w for text in (*words.all(), *more) for w in WORD.findall(text))


class _Text(HTMLParser):
    """What a page shows or says aloud; not how it is made."""

    SAID = frozenset(("alt", "title", "aria-label", "content", "lang", "href"))

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self.silent = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent = tag == "style"
        self.texts += [value for name, value in attrs if name in self.SAID and value]

    def handle_endtag(self, tag: str) -> None:
        self.silent = False

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.texts.append(data)

    def handle_comment(self, data: str) -> None:
        self.texts.append(unescape(data))


def text_of(page: bytes) -> str:
    """The words of a web page."""
    parser = _Text()
    parser.feed(page.decode())
    parser.close()
    return "\n".join(parser.texts)
