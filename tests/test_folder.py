"""A folder is a list: what is added is in it, and nothing is imported before it is asked for."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from ledger.domain import Decider
from ledger.folder import entries, entry, names
from ledger.store.mapper import CATEGORIES


@dataclass(frozen=True)
class Kind:
    """What the made-up folders list."""

    name: str


KIND = f"from {__name__} import Kind\n"
ONE = KIND + "{0} = Kind('{1}')\n"


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Path:
    """An empty package that can be imported, of a name of its own."""
    folder = tmp_path / f"shelf_{abs(hash(request.node.nodeid))}"
    folder.mkdir()
    (folder / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    return folder


def put(folder: Path, name: str, text: str = "") -> None:
    (folder / f"{name}.py").write_text(text or ONE.format(name.upper(), name))


def imported(folder: Path) -> set[str]:
    return {module.partition(".")[2] for module in sys.modules if module.startswith(folder.name)}


def test_to_add_an_entry_a_file_is_added(shelf: Path) -> None:
    put(shelf, "pear")
    put(shelf, "apple")
    assert entries(shelf.name, Kind) == [Kind("apple"), Kind("pear")]


def test_names_are_listed_without_importing_anything(shelf: Path) -> None:
    put(shelf, "pear", "raise RuntimeError")
    put(shelf, "apple", "raise RuntimeError")
    assert names(shelf.name) == ["apple", "pear"]
    assert imported(shelf) == set()


def test_an_entry_is_imported_when_asked_for_and_no_other(shelf: Path) -> None:
    put(shelf, "pear")
    put(shelf, "apple", "raise RuntimeError")
    assert entry(shelf.name, "pear", Kind) == Kind("pear")
    assert imported(shelf) == {"", "pear"}


def test_a_file_without_a_record_of_the_kind_is_no_entry(shelf: Path) -> None:
    put(shelf, "words", "PLAIN = 'text'")
    put(shelf, "small", ONE.format("small", "not capitalised"))
    put(shelf, "_private")
    assert entries(shelf.name, Kind) == []
    with pytest.raises(LookupError, match="has no Kind called 'words'"):
        entry(shelf.name, "words", Kind)


def test_two_records_in_one_file_are_an_error_that_names_them(shelf: Path) -> None:
    put(shelf, "both", ONE.format("PEAR", "pear") + "APPLE = Kind('apple')\n")
    with pytest.raises(LookupError, match=r"both holds APPLE, PEAR: a file holds one Kind"):
        entries(shelf.name, Kind)


@pytest.mark.parametrize("name", ["plum", "..os", "_private", "pear.core", ""])
def test_what_is_not_listed_is_not_imported(shelf: Path, name: str) -> None:
    put(shelf, "pear")
    put(shelf, "_private")
    with pytest.raises(LookupError, match="has no Kind called"):
        entry(shelf.name, name, Kind)
    assert imported(shelf) == set()


@pytest.mark.parametrize("package", ["no_such_shelf", "json.decoder"])
def test_what_is_not_a_folder_is_named(package: str) -> None:
    with pytest.raises(LookupError, match=f"{package} is not a folder"):
        names(package)


def test_a_stream_is_called_as_its_file_and_every_one_can_be_read_back() -> None:
    streams = entries("ledger.domain", Decider)
    assert {stream.category for stream in streams} == CATEGORIES
    for stream in streams:
        assert entry("ledger.domain", stream.category, Decider) is stream
