"""Whose names stand in a text: of those who take part a placeholder is put, of others it is told.

Nothing is looked for but names of the roster; nothing else of the text is changed by a byte.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from ledger.finding import BY_NUMBER, FIELDS, Db, Found, search_key
from ledger.naming.words import (
    ARTICLES,
    ASKING,
    BEFORE_A_DATE,
    COMMON,
    DATED,
    FORMAL,
    KNOWN,
    NO_NAME_ENDS,
    PARTICLES,
    PLACES,
    PRONOUNS,
    SELDOM_FIRST,
    SHORT,
    SHORT_TITLES,
    TITLES,
    VERBS,
    WEEKDAYS,
)

GIVEN, NICKNAME, FAMILY, OTHER, MISSPELT = range(5)  # how a word names somebody, the surest first
BESIDE = {
    GIVEN: NICKNAME,
    NICKNAME: FAMILY,
    FAMILY: FAMILY,
    OTHER: OTHER,
    MISSPELT: MISSPELT,
}  # how sure another has to be to be asked about beside one who is so sure
LEAST_MISSPELT = 5  # letters of a name below which one slip makes it another
LEAST_SMALL = 3  # letters of a name that is looked for without its capital
LONGEST = 6  # words of one name
AT_ONCE = 500  # values in one question to the roster
APOSTROPHES = "'\u2019\u02bc`\u00b4"
MARKS = "[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f]"
LETTERS = rf"(?:[^\W_]{MARKS}*)+"
WORD = re.compile(rf"{LETTERS}(?:[{APOSTROPHES}]{LETTERS})*")
ENDING = re.compile(rf"[{APOSTROPHES}](?:s|d|ll|ve|re)$", re.IGNORECASE)
OPENING = re.compile(
    '[.!?…¿¡•\n\r\u2028\u2029]|["“«\u2018]$'
)  # before the first word of a sentence
JOINING = re.compile("[ \t\u00a0]|[-\u2010\u2011]")
TURNED = re.compile(", ?")  # between a family name and the name that follows it
AFTER_A_TITLE = re.compile(r"\.?[ \t\u00a0]{1,2}")


@dataclass(frozen=True, slots=True)
class Replaced:
    """Words of a text, and the placeholder that stands for them now."""

    words: str = field(repr=False)
    label: str


@dataclass(frozen=True, slots=True)
class Mention:
    """Words of a text, at these places of it, that may name one of these students."""

    words: str = field(repr=False)
    start: int
    end: int
    students: tuple[Found, ...]

    @property
    def key(self) -> str:
        """The same for the same words, however they are written."""
        return _key(self.words)


@dataclass(frozen=True, slots=True)
class Names:
    """A text with its placeholders, and what may still be somebody's name in it."""

    text: str = field(repr=False)
    replaced: tuple[Replaced, ...] = ()
    mentions: tuple[Mention, ...] = ()


def names(db: Db, text: str, people: Mapping[str, Found]) -> Names:
    """A text in which the names of `people`, by placeholder, are replaced, and others told."""
    tokens = list(_tokens(text))
    roster = _Roster(db, tokens, people)
    spans = list(_spans(tokens, roster))
    made, replaced, mentions, done, length = [], [], [], 0, 0
    for span in spans:
        words = text[span.start : span.end]
        made.append(text[done : span.start])
        length += span.start - done
        if span.label is None:
            mentions.append(Mention(words, length, length + len(words), span.students))
        else:
            replaced.append(Replaced(words, span.label))
        made.append(span.label or words)
        length += len(made[-1])
        done = span.end
    return Names("".join([*made, text[done:]]), tuple(dict.fromkeys(replaced)), tuple(mentions))


def put(text: str, mentions: Iterable[Mention], label: str) -> str:
    """The text with a placeholder for these words of it."""
    for mention in sorted(mentions, key=lambda one: one.start, reverse=True):
        text = text[: mention.start] + label + text[mention.end :]
    return text


# Words


@dataclass
class _Token:
    """A word of the text, without what a possessive adds."""

    start: int
    end: int
    word: str
    gap: str  # what stands before it
    key: str
    before: _Token | None = None
    after: _Token | None = None

    @cached_property
    def capital(self) -> bool:
        """Whether it is written as a name is; a script without capitals always does."""
        return not self.word[0].islower()

    @cached_property
    def first(self) -> bool:
        """Whether it begins a sentence, where a capital says nothing."""
        return self.before is None or OPENING.search(self.gap) is not None

    @cached_property
    def shouted(self) -> bool:
        """Whether it is in capitals among others, where a capital says nothing either."""
        beside = [one for one in (self.before, self.after) if one is not None]
        return _loud(self) and any(map(_loud, beside))

    @cached_property
    def titled(self) -> bool:
        """Whether it follows Mr. or the like, itself or by the capitalised words before it."""
        one = self.before
        if one is None:
            return False
        if AFTER_A_TITLE.fullmatch(self.gap) and one.key in TITLES:
            return one.capital or one.key in SHORT_TITLES
        return self.capital and one.capital and self.joined and one.titled

    @cached_property
    def joined(self) -> bool:
        """Whether nothing parts it from the word before."""
        return JOINING.fullmatch(self.gap) is not None

    @cached_property
    def otherwise(self) -> bool:
        """Whether the words beside it show that it is a verb, a date, a thing or a place."""
        after = self.after.key if self.after else ""
        before = self.before.key if self.before else ""
        if self.key in ASKING and after in PRONOUNS:
            return True
        if self.key in COMMON and before in ARTICLES:
            return True
        if self.key in DATED and (after[:1].isdigit() or before in BEFORE_A_DATE):
            return True
        return self.after is not None and self.after.capital and after in PLACES


def _loud(token: _Token) -> bool:
    return len(token.word) > 1 and token.word.isupper()


def _tokens(text: str) -> Iterator[_Token]:
    """The words of a text, each knowing its neighbours."""
    found: list[_Token] = []
    done = 0
    for match in WORD.finditer(text):
        ending = ENDING.search(match[0])
        word = match[0][: ending.start()] if ending else match[0]
        end = match.start() + len(word)
        found.append(_Token(match.start(), end, word, text[done : match.start()], _key(word)))
        done = match.end()
    for one, next_ in pairwise(found):
        one.after, next_.before = next_, one
        if one.end + len(next_.gap) != next_.start:
            next_.gap = f"\u2019s{next_.gap}"  # a possessive parts them
    return iter(found)


def _key(word: str) -> str:
    """A word as the roster's keys are spelled; the accents of Latin letters cost no import."""
    plain = word.translate(dict.fromkeys(map(ord, APOSTROPHES), "'"))
    if not plain.isascii():
        apart = unicodedata.normalize("NFD", plain)
        bare = "".join(letter for letter in apart if not unicodedata.combining(letter))
        plain = bare if bare.isascii() else plain
    return search_key(plain)


# Whose they may be


@dataclass(frozen=True, slots=True)
class _Person:
    """A student, and the words of their names."""

    found: Found
    given: frozenset[str]
    family: frozenset[str]

    def how(self, key: str, *, known: bool) -> int | None:
        """How this word names them, if it does; `known` when the roster finds them by it."""
        if key in self.given:
            return GIVEN
        if any(key in FORMAL.get(name, ()) or name in FORMAL.get(key, ()) for name in self.given):
            return NICKNAME
        if key in self.family:
            return FAMILY
        return OTHER if known else None


class _Roster:
    """What the roster knows of the words of one text."""

    def __init__(self, db: Db, tokens: Sequence[_Token], people: Mapping[str, Found]) -> None:
        self.db = db
        self.labels = {found.student_id: label for label, found in people.items()}
        self.near = _Near(people.values())
        self.misspelt: dict[str, dict[str, int]] = {}
        keys = {t.key for t in tokens if _may_be_name(t)}
        told = {key: {key, *FORMAL.get(key, ()), *SHORT.get(key, ())} for key in keys}
        self.holders = _holders(db, set().union(*told.values()))
        ids = {id for holders in self.holders.values() for id in holders}
        self.people = _people(db, ids | set(self.labels)) | _unlisted(people.values(), ids)
        self.people = {
            id: one for id, one in self.people.items() if id in self.labels or one.found.active
        }
        own = {id for id in self.labels if id in self.people}
        self.ranks = {
            key: self._ranked(key, set().union(own, *(self.holders.get(k, ()) for k in names)))
            for key, names in told.items()
        }

    def _ranked(self, key: str, ids: Iterable[str]) -> dict[str, int]:
        """How this word names each of them: student id → rank."""
        known = self.holders.get(key, frozenset())
        people = (self.people[id] for id in ids if id in self.people)
        how = {p.found.student_id: p.how(key, known=p.found.student_id in known) for p in people}
        return {id: rank for id, rank in how.items() if rank is not None}

    def of(self, token: _Token) -> dict[str, int]:
        """Who may be meant by a word, and how surely."""
        found = self.ranks.get(token.key, {})
        if found or token.key not in self.ranks:
            return found
        if bare := self._bare(token.key):
            return bare
        if not _may_be_misspelt(token):
            return found
        if token.key not in self.misspelt:
            like = [key for key in self.name_keys if _one_off(token.key, key)]
            each = [self._misspelt(key) for key in like]
            self.misspelt[token.key] = {id: rank for ranks in each for id, rank in ranks.items()}
        return self.misspelt[token.key]

    def _bare(self, key: str) -> dict[str, int]:
        """Who takes part and has this for a possessive without its apostrophe: leos tray."""
        name = key[:-1]
        if not key.endswith("s") or len(name) < LEAST_SMALL or {key, name} & (COMMON | KNOWN):
            return {}
        own = (self.people[id] for id in self.labels if id in self.people)
        return {p.found.student_id: MISSPELT for p in own if name in p.given}

    def _misspelt(self, key: str) -> dict[str, int]:
        ids = _holders(self.db, {key}).get(key, frozenset())
        self.people |= {
            id: one
            for id, one in _people(self.db, set(ids) - self.people.keys()).items()
            if one.found.active
        }
        named = [id for id in ids if id in self.people]
        sure = [id for id in named if self.people[id].how(key, known=False) is not None]
        return dict.fromkeys(sure, MISSPELT)

    @cached_property
    def name_keys(self) -> list[str]:
        """Every word of a name that is long enough to be told misspelt."""
        sql = "SELECT DISTINCT key FROM student_key WHERE kind = 'name' AND length(key) >= ?"
        return [key for (key,) in self.db.execute(sql, [LEAST_MISSPELT])]

    def students(self, ranks: Mapping[str, int]) -> tuple[Found, ...]:
        """These students, those of the same class first, then those of the same grade."""
        found = [self.people[id].found for id in ranks]
        return tuple(
            sorted(found, key=lambda f: (*self.near(f), ranks[f.student_id], f.name, f.student_id))
        )


class _Near:
    """How far a student is from those who take part: class, then grade."""

    def __init__(self, people: Collection[Found]) -> None:
        self.classes = {(f.teacher, f.grade) for f in people if f.teacher}
        self.grades = {f.grade for f in people if f.grade}

    def __call__(self, found: Found) -> tuple[bool, bool]:
        return (found.teacher, found.grade) not in self.classes, found.grade not in self.grades


def _may_be_name(token: _Token) -> bool:
    """Whether the roster is asked for it at all."""
    if len(token.key) < 2 or token.key in PARTICLES or token.key in WEEKDAYS:
        return False
    if token.capital or token.key not in COMMON:
        return True
    return len(token.key) >= LEAST_SMALL and not _is_verb(token)  # leo park


def _holders(db: Db, keys: Collection[str]) -> dict[str, frozenset[str]]:
    """The students with a name of each of these words."""
    found: dict[str, set[str]] = {}
    for part in _parts(keys):
        marks = ", ".join("?" * len(part))
        sql = f"SELECT key, student_id FROM student_key WHERE kind = 'name' AND key IN ({marks})"  # noqa: S608
        for key, id in db.execute(sql, part):
            found.setdefault(key, set()).add(id)
    return {key: frozenset(ids) for key, ids in found.items()}


def _people(db: Db, ids: Collection[str]) -> dict[str, _Person]:
    """These students, by id."""
    found: dict[str, _Person] = {}
    for part in _parts(ids):
        marks = ", ".join("?" * len(part))
        sql = f"SELECT {FIELDS}, given, family FROM student WHERE student_id IN ({marks})"  # noqa: S608
        for id, name, grade, teacher, number, active, given, family in db.execute(sql, part):
            one = Found(id, name, grade, teacher, number, bool(active))
            found[id] = _Person(one, _words(given), _words(family))
    return found


def _unlisted(people: Iterable[Found], listed: Collection[str]) -> dict[str, _Person]:
    """Those of these people whom the roster's tables do not have yet, by the name they go by."""
    new = [found for found in people if found.student_id not in listed]
    split = {f.student_id: _words(f.name.removesuffix(BY_NUMBER)) for f in new}
    first = {f.student_id: _words(f.name.split(" ", 1)[0]) for f in new}
    return {
        f.student_id: _Person(f, first[f.student_id], split[f.student_id] - first[f.student_id])
        for f in new
    }


def _words(name: str) -> frozenset[str]:
    parts = re.split("[\\s\\-\u2010\u2011]+", name)
    return frozenset(key for part in parts for key in _key(part).split() if key not in PARTICLES)


def _parts(values: Collection[str]) -> Iterator[list[str]]:
    """As many as one question can hold, and then the next."""
    ordered = sorted(values)
    return (ordered[n : n + AT_ONCE] for n in range(0, len(ordered), AT_ONCE))


def _may_be_misspelt(token: _Token) -> bool:
    """Whether it is written like a name and is no word that everybody knows."""
    if not token.capital or token.shouted or len(token.key) < LEAST_MISSPELT:
        return False
    if token.titled or token.key in KNOWN or token.key in COMMON or not token.key.isalpha():
        return False
    return not (token.first and token.key.endswith(NO_NAME_ENDS))


def _one_off(word: str, name: str) -> bool:
    """Whether one letter is another, too many, missing, or two of them are exchanged."""
    if abs(len(word) - len(name)) > 1 or (word[0] != name[0] and word[-1] != name[-1]):
        return False
    n = next((n for n, (a, b) in enumerate(zip(word, name, strict=False)) if a != b), None)
    if n is None:
        return len(word) != len(name)
    here, there = word[n:], name[n:]
    return (
        here[1:] == there[1:]
        or here[1:] == there
        or here == there[1:]
        or (here[:2] == there[1::-1] and here[2:] == there[2:])
    )


# Names


@dataclass(frozen=True, slots=True)
class _Span:
    """One name in the text: whose placeholder it becomes, or whose it may be."""

    start: int
    end: int
    label: str | None = None
    students: tuple[Found, ...] = ()


def _spans(tokens: Sequence[_Token], roster: _Roster) -> Iterator[_Span]:
    """The names of a text, from left to right; the longest that one student has."""
    n = 0
    while n < len(tokens):
        run, ranks = _run(tokens[n : n + LONGEST], roster)
        span = _span(run, _likely(run, ranks, roster), roster) if run else None
        if span is not None:
            yield span
        n += len(run) if span is not None else 1


def _run(tokens: Sequence[_Token], roster: _Roster) -> tuple[Sequence[_Token], dict[str, int]]:
    """The words from the first on that name the same students, and these: student id → rank."""
    ranks = {} if tokens[0].titled else roster.of(tokens[0])
    last, used = 0, {tokens[0].key}
    for n, token in enumerate(tokens[1:], 1):
        if not ranks or not _goes_on(tokens[n - 1], token, n == 1):
            break
        if token.key in PARTICLES:
            continue
        more = {} if token.key in used or _is_verb(token) else roster.of(token)
        both = {
            id: max(r, more[id]) for id, r in ranks.items() if more.get(id, NICKNAME) != NICKNAME
        }
        if TURNED.fullmatch(token.gap):
            both = {id: r for id, r in both.items() if (ranks[id], more[id]) == (FAMILY, GIVEN)}
        if not both:
            break
        ranks, last = both, n
        used.add(token.key)
    return (tokens[: last + 1] if ranks else ()), ranks


def _likely(run: Sequence[_Token], ranks: Mapping[str, int], roster: _Roster) -> Mapping[str, int]:
    """Who is meant: of whole names those in this order; of one word nobody named less surely."""
    if len(run) > 1:
        first = {id: roster.of(run[0])[id] for id in ranks}
        return {id: rank for id, rank in ranks.items() if first[id] == min(first.values())}
    let = BESIDE[min(ranks.values())]
    return {id: rank for id, rank in ranks.items() if id in roster.labels or rank <= let}


def _goes_on(before: _Token, token: _Token, second: bool) -> bool:
    """Whether a word may belong to the name before it."""
    if token.joined:
        return True
    return second and before.capital and not before.otherwise and bool(TURNED.fullmatch(token.gap))


def _is_verb(token: _Token) -> bool:
    return not token.capital and token.key in VERBS


def _span(run: Sequence[_Token], ranks: Mapping[str, int], roster: _Roster) -> _Span | None:
    """What these words are: a participant's name, one that may be a student's, or none."""
    start, end = run[0].start, run[-1].end
    own = {id: rank for id, rank in ranks.items() if id in roster.labels}
    if not _is_name(run, ranks, own):
        return None
    sure = _surest(run, own, ranks)
    if sure is not None:
        return _Span(start, end, roster.labels[sure])
    return _Span(start, end, None, roster.students(ranks))


def _surest(run: Sequence[_Token], own: Mapping[str, int], ranks: Mapping[str, int]) -> str | None:
    """The one participant whose name it is; none when another is as likely."""
    best = min(own.values(), default=MISSPELT)
    holders = [id for id, rank in own.items() if rank == best]
    others = min((rank for id, rank in ranks.items() if id not in own), default=MISSPELT)
    if best == MISSPELT or len(holders) > 1 or (len(run) == 1 and best > others):
        return None
    return holders[0]


def _is_name(run: Sequence[_Token], ranks: Mapping[str, int], own: Mapping[str, int]) -> bool:
    """Whether words that could be a name are one, as they are written and where they stand."""
    word, whole = run[0], len(run) > 1
    if word.otherwise and not whole:
        return False
    if not word.capital:
        return word.key not in COMMON and (bool(own) or whole or _is_small_name(word, ranks))
    if word.key not in COMMON or whole:
        return True
    called = min(own.values(), default=OTHER) <= NICKNAME
    return not word.shouted and (called or not word.first or word.key in SELDOM_FIRST)


def _is_small_name(word: _Token, ranks: Mapping[str, int]) -> bool:
    """Whether somebody else's name is meant though it has no capital: only a first name is."""
    return len(word.key) >= LEAST_SMALL and min(ranks.values()) == GIVEN
