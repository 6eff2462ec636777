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

from ledger.finding import FIELDS, Db, Found, search_key
from ledger.naming import names, put
from ledger.naming.words import COMMON, PARTICLES
from ledger.reports.packet_words import Words

WORD = re.compile(r"[^\W_]+(?:['\u2019`\u00b4\u02bc][^\W_]+)*")
PLACEHOLDER = re.compile(r"\bP\d{1,3}\b")
OPENS = re.compile(r"(?:^|[.!?¿¡]\s+)$")  # what a sentence begins after
POSSESSIVE = re.compile(r"['’](?:s)?$", re.IGNORECASE)
JOINED, TURNED = re.compile(r"[\s-]+"), re.compile(r",\s+")
NUMBER = re.compile(r"[\w-]{5,}")
LEAST = 2  # letters of a part of a name
LEAST_NUMBER = 5  # figures of a number: fewer could be a count, a time or a year; see NUMBER


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
        {_keys(one.name)[0]: _keys(one.name)[-1][:1] for one in people if _keys(one.name)},
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
    return {key for (key,) in rows if len(key) >= LEAST and key not in PARTICLES}


def _keys(name: str) -> list[str]:
    return [key for key in search_key(name).split() if key not in PARTICLES]


def _initials(name: str) -> str:
    return "".join(key[0] for key in _keys(name))


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
    bare = put(found.text, beside, words.other(0))
    return shown(
        _without(_uncounted(bare, whose, words), whose, words.other(0)), cast, child, words
    )


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
            done = end
    return "".join([*made, text[done:]])


def _spots(text: str, whose: Names) -> list[tuple[int, int]]:
    """Where parts of names and initials of other participants stand, from left to right."""
    parts = [_spot(text, found, whose) for found in WORD.finditer(text)]
    return sorted([*(spot for spot in parts if spot), *_initialled(text, whose)])


def _spot(text: str, found: re.Match[str], whose: Names) -> tuple[int, int] | None:
    word = POSSESSIVE.sub("", found[0])
    if not _is_part(word, whose.parts):
        return None
    start, end = found.start(), found.start() + len(word)
    letter = whose.given.get(search_key(word))
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
            if "." in found[0] or found[0].isupper():
                yield found.span()


# The whole paper


def leaks(text: str, whose: Names, printed: Collection[str]) -> bool:
    """Whether a name or number of another child stands in a text that leaves.

    `printed` are words that the paper has by itself, as it spells them.
    """
    words = [POSSESSIVE.sub("", found[0]) for found in WORD.finditer(text)]
    if any(_is_part(word, whose.parts) and word not in printed for word in words):
        return True
    if any(True for _ in _initialled(text, whose)):
        return True
    return _numbered(text, whose) or _named(text, whose, printed)


def _numbered(text: str, whose: Names) -> bool:
    """Whether any number or id of another student stands in it."""
    asked = "SELECT key, student_id FROM student_key WHERE kind = 'number'"
    rows = [(key, id) for key, id in whose.book.execute(asked) if len(key) >= LEAST_NUMBER]
    own = {key for key, id in rows if id in whose.ids}
    said = set(NUMBER.findall(text.casefold()))
    return any(key in said and key not in own for key, id in rows)


def _named(text: str, whose: Names, printed: Collection[str]) -> bool:
    """Whether the full name of another student stands in it, in either order."""
    said = {*_pairs(text)}
    alone = {key for key in map(_alone, WORD.findall(text)) if key} - whose.shared
    known = {search_key(word) for word in printed}
    for id, given, family in whose.book.execute("SELECT student_id, given, family FROM student"):
        if id in whose.ids:
            continue
        firsts, lasts = _keys(given), _keys(family)
        pairs = {(first, last) for first in firsts for last in lasts} - whose.full
        one = firsts + lasts if not (firsts and lasts) else []
        if pairs & said or (len(one) == 1 and one[0] in alone - known):
            return True
    return False


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    """Words that follow each other; of what a comma turns, the other way round."""
    for before, after in pairwise(WORD.finditer(text)):
        gap, keys = text[before.end() : after.start()], (_keys(before[0]), _keys(after[0]))
        if all(keys) and JOINED.fullmatch(gap):
            yield keys[0][-1], keys[1][0]
        elif all(keys) and TURNED.fullmatch(gap):
            yield keys[1][-1], keys[0][0]


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
