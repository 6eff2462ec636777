"""A recap after an SST meeting: for the staff, or for the family in plain words."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from ledger.reading.cases import Case, Meeting, Promise
from ledger.reports import wrapped
from ledger.said import clean

HERE = Path(__file__).parent
FILE = "sst.toml"
LANGUAGES = ("en", "es")
STAFF, GUARDIAN = "staff", "guardian"
COPIES = (STAFF, GUARDIAN)
KNOWN = {
    "en": "as of {when} · position {position} · head {head}",
    "es": "al {when} · posición {position} · cabeza {head}",
}
GAP = re.compile(r"\{([a-z_]+)\}")
Table = Mapping[str, Any]


class BadWords(Exception):
    """The school's own words cannot be read; the message says where and what to do."""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the lines under it."""

    head: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Recap:
    """What one copy says."""

    lang: str
    school: str
    title: str
    intro: str
    sections: tuple[Section, ...]
    foot: str
    known: str = ""  # as of when, position and hash


@dataclass(frozen=True)
class Whose:
    """Whose meeting it was, at which school, and how other children are kept out of the words."""

    school: str
    team: str
    student: str
    given: str
    zone: ZoneInfo
    staff: Mapping[str, str]
    hide: Callable[[str, str], str]  # (text, what stands for another child) → the text


def recap(case: Case, meeting: Meeting, whose: Whose, *, copy: str, words: Table) -> Recap:
    """What a meeting came to; `words` are of one language."""
    page = _Page(case, meeting, whose, copy, words)
    own = words[copy]
    names = ("strengths", "tried", "concerns", "strategies", "actions", "questions")
    lines = {
        "there": page.there(),
        "tried": page.tried(),
        "actions": page.actions(),
        "questions": page.questions(),
        "next": page.next(),
    } | {name: page.chart(name) for name in ("strengths", "concerns", "strategies")}
    made = (Section(page.say(own[name]), tuple(lines[name])) for name in ("there", *names, "next"))
    return Recap(
        lang=words["lang"],
        school=clean(whose.school),
        title=page.say(own["title"]),
        intro=page.say(own["intro"]),
        sections=tuple(section for section in made if section.lines),
        foot=page.say(own["foot"]),
    )


def words(lang: str, folder: Path | None = None) -> Table:
    """The words of a language: the house's, and the school's own over them."""
    house: Table = _house()[lang] | {"lang": lang}
    path = folder / FILE if folder else None
    if path is None or not path.exists():
        return house
    try:
        own = tomllib.loads(path.read_text(encoding="utf-8")).get(lang, {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadWords(f"{path}: {error}. Mend the file, then run it again.") from None
    return _over(house, own, f"{path}: [{lang}]")


@cache
def _house() -> Table:
    return tomllib.loads((HERE / FILE).read_text(encoding="utf-8"))


def _over(house: Table, own: Table, where: str) -> Table:
    for name, value in own.items():
        if type(value) is not type(house.get(name)):
            raise BadWords(f"{where} {name} is not known, or of another kind. Is it misspelt?")
        if isinstance(value, list) and len(value) != len(house[name]):
            raise BadWords(f"{where} {name} is a list of {len(house[name])} words.")
    new = {
        n: _over(house[n], v, f"{where} {n}:") if isinstance(v, dict) else v for n, v in own.items()
    }
    return {**house, **new}


@dataclass(frozen=True)
class _Page:
    """One copy while it is made."""

    case: Case
    meeting: Meeting
    whose: Whose
    copy: str
    words: Table

    def say(self, text: str, **more: str) -> str:
        """A line of the catalogue, filled in."""
        values = {
            "team": self.whose.team,
            "student": self.whose.student,
            "given": self.whose.given,
            "school": self.whose.school,
            "kind": self.words["meetingkind"][self.meeting.kind],
            "when": self.when(self.meeting.at),
            "facilitator": self.facilitator(),
        } | more
        return clean(GAP.sub(lambda gap: values.get(gap[1], gap[0]), text))

    def own(self, text: str) -> str:
        """Words of the team; for a family without other children's names."""
        said = " ".join(clean(text).split())
        return self.whose.hide(said, self.words["another"]) if self.copy == GUARDIAN else said

    def facilitator(self) -> str:
        leads = self.meeting.facilitator
        anyone = self.words[GUARDIAN]["anyone"]
        return self.whose.staff.get(leads, anyone) if leads else anyone

    def name(self, who: Mapping[str, Any]) -> str:
        if who.get("staff"):
            return clean(self.whose.staff.get(who["staff"], self.words["somebody"]))
        if who.get("relation"):
            return str(self.words["relation"][who["relation"]])
        return self.own(who["role"]) if who.get("role") else self.whose.given

    def names(self, people: Iterable[Mapping[str, Any]]) -> str:
        return str(self.words["and"]).join(map(self.name, people))

    def day(self, day: date) -> str:
        month, weekday = self.words["months"][day.month - 1], self.words["weekdays"][day.weekday()]
        values = {"month": month, "weekday": weekday, "day": str(day.day), "year": str(day.year)}
        return GAP.sub(lambda gap: values[gap[1]], self.words["day"])

    def when(self, at: str) -> str:
        local = datetime.fromisoformat(at).astimezone(self.whose.zone)
        clock = (
            f"{local.hour % 12 or 12}:{local.minute:02} {self.words['halves'][local.hour >= 12]}"
        )
        values = {"date": self.day(local.date()), "time": clock}
        return GAP.sub(lambda gap: values[gap[1]], self.words["when"])

    def there(self) -> Iterator[str]:
        for one in self.meeting.attended:
            yield self.name(one["who"])

    def chart(self, name: str) -> list[str]:
        return [self.own(line) for line in (self.meeting.chart or {}).get(name, ())]

    def tried(self) -> Iterator[str]:
        for one in (self.meeting.chart or {}).get("tried", ()):
            note = f" ({one['note']})" if one["note"] else ""
            text = self.words[one["verdict"] or "unsaid"]
            yield self.say(text, what=self.own(f"{one['what']}{note}"))

    def actions(self) -> Iterator[str]:
        for promise in self.case.promises:
            if promise.meeting == self.meeting.number:
                yield self.action(promise)

    def action(self, promise: Promise) -> str:
        ends = [
            self.say(self.words[word], date=self.day(date.fromisoformat(on)))
            for word, on in (("from", promise.start), ("by", promise.due))
            if on
        ]
        ends += [self.words[promise.state]] if promise.state != "open" else []
        told = f"{self.names(promise.who)}: {self.own(promise.what)}"
        return f"{told} ({', '.join(ends)})" if ends else told

    def questions(self) -> Iterator[str]:
        for one in self.case.questions:
            if one.meeting == self.meeting.number:
                who = f" ({self.names(one.who)})" if one.who else ""
                yield f"{self.own(one.text)}{who}"

    def next(self) -> Iterator[str]:
        """The meeting that comes after this one."""
        after = [m for m in self.case.meetings if m.state == "set" and m.at > self.meeting.at]
        if not after:
            yield self.say(self.words[self.copy]["no_next"])
            return
        first = min(after, key=lambda meeting: meeting.at)
        yield self.when(first.at)
        if first.place:
            yield self.say(self.words["place"], place=self.own(first.place))


# As text, and as a web page: no script, nothing from elsewhere, the same bytes for the same words


def lines(recap: Recap) -> list[str]:
    told = [*wrapped(recap.title, 2), *wrapped(recap.intro, 2)]
    for section in recap.sections:
        told += ["", section.head, *(w for one in section.lines for w in wrapped(f"  {one}", 4))]
    return [*told, "", *wrapped(recap.foot, 0), recap.known]


def html(recap: Recap) -> bytes:
    """One page that any browser prints."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    room = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        newline_sequence="\n",
    )
    return room.get_template("sst.html").render(recap=recap).encode()
