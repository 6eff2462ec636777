"""Which legal limits bind this school: each a rule with its source, on or off, in `school.toml`.

Whether one binds a charter school depends on its petition and policy; the ledger reminds and
records, and says what it rests on. It is no legal advice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Rule:
    """One limit: what it asks, where it stands, and its numbers."""

    id: str
    says: str
    cite: str
    numbers: Mapping[str, float] = field(default_factory=dict)
    on: bool = True


RULES: Mapping[str, Rule] = {
    rule.id: rule
    for rule in (
        Rule(
            "referral-answer",
            "an office referral for disruption or defiance is answered, and the referrer told",
            "EC 48901.1(d)(2)",
            {"business_days": 5},
        ),
        Rule(
            "defiance-suspension",
            "no suspension for disruption or defiance in K–5",
            "EC 48901.1(a)",
            {"through_grade": 5},
        ),
        Rule(
            "defiance-expulsion",
            "no recommendation of expulsion for disruption or defiance",
            "EC 48901.1(a)",
        ),
        Rule(
            "attendance-suspension",
            "no suspension only for being truant, tardy or absent",
            "EC 48901.1",
        ),
        Rule(
            "recess",
            "recess is denied only for an immediate threat to physical safety",
            "EC 49056(a)(4)",
        ),
        Rule(
            "due-process",
            "before a suspension: notice of the charges, and the pupil's own account",
            "EC 47605(c)(5)(J)",
        ),
        Rule(
            "homework", "homework for a suspension of two days or more", "EC 47606.2", {"days": 2}
        ),
        Rule("other-means", "other means of correction come before a suspension", "EC 48900.5"),
        Rule("consecutive", "at most so many school days a suspension", "EC 48911", {"days": 5}),
        Rule(
            "yearly",
            "at most so many days of suspension a year",
            "EC 48903",
            {"days": 20, "watch_from": 15},
        ),
        Rule(
            "part-days",
            "a part of a day of removal counts as half a day, a longer one as a whole day",
            "71 FR 46715",
            # where no bells are set: the shortest school day that the Education Code knows
            {"half_to_percent": 50, "day_minutes": 240},
        ),
        Rule(
            "services",
            "from the day after the tenth of removal, services",
            "34 CFR 300.530(d)",
            {"days": 10, "watch_from": 5},
        ),
        Rule(
            "determination",
            "a manifestation determination after a change of placement",
            "34 CFR 300.530(e)",
            {"in_a_row": 10, "school_days": 10},
        ),
        Rule(
            "decision-told",
            "the guardian is told of a change of placement on the day of the decision",
            "34 CFR 300.530(h)",
            {"days": 0},
        ),
        Rule(
            "knowledge",
            "repeated staff concern may be knowledge of a disability",
            "34 CFR 300.534(b)",
            {"concerns": 2, "days": 365},
        ),
        Rule(
            "emergency-told",
            "the guardian is told of a restraint or seclusion",
            "EC 56521.1(e)",
            {"school_days": 1},
        ),
        Rule(
            "emergency-report",
            "the emergency report is written at once",
            "EC 56521.1(e)",
            {"days": 0},
        ),
        Rule(
            "emergency-meeting",
            "an IEP meeting is scheduled when there is no intervention plan",
            "EC 56521.1(g)",
            {"days": 2},
        ),
        Rule(
            "representatives",
            "notices for a foster or Indian child go to those who stand for the child, too",
            "EC 47605, AB 740",
            {"days": 0},
        ),
        Rule(
            "record-access",
            "a parent who asks is shown the record",
            "EC 49069.7",
            {"business_days": 5},
        ),
        Rule("challenge", "a challenge is met about, and appeals heard", "EC 49070", {"days": 30}),
        Rule(
            "teachers-told",
            "teachers are told of a pupil's grave incidents of the last years",
            "EC 49079",
            {"years": 3},
            on=False,
        ),
        # The school's own.
        Rule("meeting", "an SST that was set is held", "as set"),
        Rule("interpreter", "who needs an interpreter at an SST has one", "as set"),
        Rule("follow-up", "an SST meets again", "SST manual", {"weeks_from": 3, "weeks_to": 6}),
        Rule("promise", "what was promised at an SST", "as set"),
        Rule("plan-review", "a behavior plan is reviewed", "as set"),
        Rule("consent", "a drafted plan waits for the guardian's consent", "as set"),
        Rule(
            "no-card", "so many school days without a card", "school practice", {"school_days": 5}
        ),
        Rule(
            "off-track",
            "more than so many days in a row below the goal is off track",
            "CICO rule of thumb",
            {"days": 3, "window": 10},
        ),
    )
}


@dataclass(frozen=True)
class Rules:
    """The rules of one school, by id: those above, as `school.toml` has them."""

    by_id: Mapping[str, Rule] = field(default_factory=lambda: RULES)

    def __getitem__(self, id: str) -> Rule:
        return self.by_id[id]

    def on(self, id: str) -> bool:
        """Whether this school goes by it."""
        return self.by_id[id].on

    def number(self, id: str, name: str) -> float:
        """One of its numbers."""
        return self.by_id[id].numbers[name]
