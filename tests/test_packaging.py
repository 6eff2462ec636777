"""What is shipped and what it stands on: every pin fits, has hashes, and has a free licence."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from hashlib import sha256
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

HOUSE = Path(__file__).parents[1]
PROJECT = tomllib.loads((HOUSE / "pyproject.toml").read_text())["project"]
LOCK = (HOUSE / "requirements.lock").read_text()
PIN = re.compile(r"^(?P<name>[a-z0-9.-]+)==(?P<version>\S+)(?P<rest>(?:.*\\\n)+.*)", re.MULTILINE)
PINS = {found["name"]: found for found in PIN.finditer(LOCK)}
SHIPPED = [
    *PROJECT["dependencies"],
    *(
        line
        for extra, lines in PROJECT["optional-dependencies"].items()
        if extra != "dev"
        for line in lines
    ),
]
EVERY = [*SHIPPED, *PROJECT["optional-dependencies"]["dev"]]
APACHE_2 = "c71d239df91726fc519c6eb72d318ec65820627232b2f796219e87dcf35d0ab4"
LESSER = {"psycopg", "psycopg-binary", "psycopg-pool"}  # LGPL: used as libraries, unchanged


@pytest.mark.parametrize("line", EVERY)
def test_the_lock_holds_what_the_project_asks_for(line: str) -> None:
    asked = Requirement(line)
    assert PINS[canonicalize_name(asked.name)]["version"] in asked.specifier


def test_every_pin_has_hashes_and_no_host_is_named() -> None:
    lines = [line for line in LOCK.splitlines() if re.match(r"[a-z0-9]", line)]
    assert len(PINS) == len(lines)
    assert all("--hash=sha256:" in pin["rest"] for pin in PINS.values())
    assert not re.search(r"://|--(extra-)?index|--find-links|--trusted-host", LOCK)


def installed(line: str) -> Iterator[tuple[str, Distribution]]:
    """The distributions that this requirement brings in here, itself the first."""
    asked = [(Requirement(line), "")]
    seen = set()
    while asked:
        wanted, extra = asked.pop()
        name = canonicalize_name(wanted.name)
        if name in seen or (wanted.marker and not wanted.marker.evaluate({"extra": extra})):
            continue
        seen.add(name)
        try:
            found = distribution(name)
        except PackageNotFoundError:  # an extra that is not installed here
            continue
        yield name, found
        extras = wanted.extras or {""}
        asked += [(Requirement(more), e) for more in found.requires or () for e in extras]


def licence(found: Distribution) -> str:
    """What a distribution says of its licence: in its metadata, or else in the text it brings."""
    said = found.metadata
    classes = [c for c in said.get_all("Classifier", []) if c.startswith("License ::")]
    words = " ".join(
        [*said.get_all("License-Expression", []), *said.get_all("License", []), *classes]
    )
    if words.strip():
        return words
    texts = [f for f in found.files or () if "licen" in f.name.lower()]
    return " ".join(f.read_text() for f in texts)


def kind(words: str) -> str:
    """Whether these words are of a licence that binds what uses it: free, lesser or copyleft."""
    rest = re.sub(r"LGPL|lesser general public", "", words, flags=re.IGNORECASE)
    if re.search(r"GPL|general public|SSPL", rest, re.IGNORECASE):
        return "copyleft"
    return "free" if rest == words else "lesser"


@pytest.mark.parametrize("line", SHIPPED)
def test_nothing_that_is_shipped_is_under_the_gpl(line: str) -> None:
    for name, found in installed(line):
        words = licence(found)
        assert words.strip(), f"{name} says nothing of its licence"
        assert kind(words) == ("lesser" if name in LESSER else "free"), name


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Apache-2.0 OR BSD-3-Clause", "free"),
        ("LGPL-3.0-only", "lesser"),
        ("License :: OSI Approved :: GNU Lesser General Public License v3 (LGPLv3)", "lesser"),
        ("GPL-3.0-or-later", "copyleft"),
        ("AGPL-3.0", "copyleft"),
        ("GNU GENERAL PUBLIC LICENSE Version 2", "copyleft"),
        ("MIT AND LGPL-2.1 AND GPL-2.0", "copyleft"),
    ],
)
def test_a_licence_is_told_by_its_words(words: str, expected: str) -> None:
    assert kind(words) == expected


def test_our_own_licence_is_the_whole_standard_text() -> None:
    assert sha256((HOUSE / "LICENSE").read_bytes()).hexdigest() == APACHE_2
