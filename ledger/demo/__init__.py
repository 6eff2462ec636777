"""The made-up school: seeded, the same each time, and as long and as large as it is asked to be."""

from ledger.demo.files import oneroster
from ledger.demo.people import Adult, DemoSchool, Pupil, school
from ledger.demo.play import Hand, ids_of, play
from ledger.demo.roster import roster
from ledger.demo.telling import events_estimate, happenings
from ledger.demo.world import Happening, Ids
from ledger.demo.year import latest_year

__all__ = [
    "Adult",
    "DemoSchool",
    "Hand",
    "Happening",
    "Ids",
    "Pupil",
    "events_estimate",
    "happenings",
    "ids_of",
    "latest_year",
    "oneroster",
    "play",
    "roster",
    "school",
]
