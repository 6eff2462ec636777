"""Who is at every made-up school: the children and adults that screens and tests know by name."""

from __future__ import annotations

from collections.abc import Mapping

from ledger.demo.names import FEMALE, MALE
from ledger.domain.codes import StaffRole

FREQUENTLY = ("Mateo Cruz", "Ana Rivera", "Jonah Wells", "Søren Ørsted", "Priya Nair", "Bea Novak")
_LONG = ("Maximiliana Guadalupe Estefanía del Rosario", "Fernández de Córdoba y Villavicencio-Ruiz")
KNOWN: Mapping[str, tuple[tuple[str, str, str, str, str], ...]] = {
    # grade: given, family, sex, language, number (any when empty)
    "TK": (("Wayan", "", MALE, "id", ""), ("Joy", "Okonjo-Bell", FEMALE, "en", "")),
    "K": (
        ("May", "Lindgren", FEMALE, "en", ""),
        ("نور", "سالم", FEMALE, "ar", ""),
        ("Leilani", "Kaho\u02bbokele", FEMALE, "en", ""),
    ),
    "1": (
        ("Jonah", "Wells", MALE, "en", "104590"),
        ("Anaya", "Brooks", FEMALE, "en", "104377"),
        ("Mia", "Torres", FEMALE, "es", ""),
        ("Grace", "Holloway", FEMALE, "en", ""),
    ),
    "2": (
        ("Mateo", "Cruz", MALE, "es", "104512"),
        ("Will", "Vance", MALE, "en", ""),
        ("נועם", "לביא", MALE, "he", ""),
        ("Niamh", "O'Neil", FEMALE, "en", ""),
    ),
    "3": (
        ("Ana", "Rivera", FEMALE, "es", "104233"),
        ("Leo", "Park", MALE, "ko", ""),
        ("Hope", "Alvarado", FEMALE, "en", ""),
        ("Íñigo", "Muñoz", MALE, "es", ""),
    ),
    "4": (
        ("Søren", "Ørsted", MALE, "en", ""),
        ("Bea", "Novak", FEMALE, "en", ""),
        ("Mia", "Torres", FEMALE, "es", ""),
        (*_LONG, FEMALE, "es", ""),
    ),
    "5": (
        ("Anna", "Riviera", FEMALE, "en", "104871"),
        ("Priya", "Nair", FEMALE, "en", ""),
        ("Kai", "Smith-Okonkwo", MALE, "en", ""),
    ),
}
FLAGGED: Mapping[str, tuple[str, ...]] = {
    "Priya Nair": ("iep",),
    "Mateo Cruz": (),
    "Ana Rivera": (),
    "Kai Smith-Okonkwo": ("iep",),
    "Hope Alvarado": ("foster",),
}

OFFICE = (
    ("specialist", "Sam", "Whitlock", StaffRole.SPECIALIST),
    ("principal", "Ruth", "Alder", StaffRole.PRINCIPAL),
    ("clerk", "Kim", "Tran", StaffRole.CLERK),
)
OF_GRADE = {  # who teaches the first class of a grade
    "1": ("i.lund", "Inga", "Lund"),
    "2": ("r.haddad", "Rana", "Haddad"),
    "3": ("teacher", "Dana", "Okafor"),
    "5": ("p.moss", "Peter", "Moss"),
}
