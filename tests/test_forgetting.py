"""A destruction through the school: the text is gone from answers, tables, pages and logs."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from cli import Desk, run
from ledger import entry, proving
from ledger.domain import Refused
from ledger.domain.incident import INCIDENT, DestroyText
from ledger.forgetting import finish, forget
from ledger.school import School
from ledger.store import sqlite
from ledger.store.wal import log_of

NOW = datetime(2026, 11, 23, 20, 15, tzinfo=UTC)
SECRET = "Hummed the canary song under the table."
PAGE, RESERVED, IV, SALT = 4096, 80, 16, 16


@pytest.fixture
def school(tmp_path: Path) -> Iterator[School]:
    """A school with one statement to forget, read once so that the views hold it too."""
    env = {
        "BLEDGER_DATA": str(tmp_path / "data"),
        "BLEDGER_KEY_FILE": str(tmp_path / "school.key"),
        "BLEDGER_USER": "specialist",
    }
    assert run(["demo", "--students", "60", "--days", "3"], Desk(env, lambda: NOW)) == 0
    line = ["log", "ana rivera", "--did", "disruption", "--at", "12:10", "--saw", SECRET]
    assert run(line, Desk(env, lambda: NOW)) == 0
    opened = School(tmp_path / "data", env=env, now=lambda: NOW, purpose="test")
    opened.views.catch_up(opened.record)
    yield opened
    opened.views.close()


def plain_pages(path: Path, key: bytes) -> Iterator[bytes]:
    """Every page of a file and of its log as the engine sees it, free space and all."""
    content = path.read_bytes()
    for start in range(0, len(content), PAGE):
        yield _plain(content[start : start + PAGE], key, first=start == 0)
    log = log_of(path).read_bytes() if log_of(path).exists() else b""
    for start in range(32, len(log), 24 + PAGE):
        first = int.from_bytes(log[start : start + 4], "big") == 1
        yield _plain(log[start + 24 : start + 24 + PAGE], key, first=first)


def _plain(page: bytes, key: bytes, *, first: bool) -> bytes:
    iv = page[PAGE - RESERVED : PAGE - RESERVED + IV]
    decryptor = Cipher(algorithms.AES(key), modes.CBC(iv)).decryptor()
    return decryptor.update(page[SALT if first else 0 : PAGE - RESERVED])


def holds(school: School, name: str, words: bytes) -> bool:
    pages = plain_pages(school.folder / name, school.keys.derived(Path(name).stem))
    return any(words in page for page in pages)


def test_a_destroyed_statement_is_gone_from_every_page_once_done(school: School) -> None:
    id, version = _place(school)
    assert holds(school, "views.db", SECRET.encode())  # the search finds what is there
    order = DestroyText(version=version, authority="EC 49070", order="order 7")
    assert forget(school, INCIDENT, id, order).gone
    assert not holds(school, "views.db", SECRET.encode())
    assert not holds(school, "ledger.db", SECRET.encode())
    assert all(proof.verdict.whole for proof in proving.of_school(school, None, full=True))
    (row,) = school.record.recorder.rows("stream = ? AND version = ?", (f"incident-{id}", version))
    assert row[sqlite.WRAPPED] is None


def test_it_is_not_done_while_a_reader_holds_the_log(school: School) -> None:
    id, version = _place(school)
    order = DestroyText(version=version, authority="EC 49070", order="order 7")
    with contextlib.closing(school.open_views()) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT COUNT(*) FROM timeline").fetchone()
        assert not forget(school, INCIDENT, id, order).gone
        reader.execute("ROLLBACK")
    assert finish(school)
    assert not holds(school, "views.db", SECRET.encode())


def test_a_text_of_a_report_that_was_taken_back_can_be_destroyed_too(school: School) -> None:
    id, version = _place(school)
    entry.undo(school.record, school.actor, NOW)
    order = DestroyText(version=version, authority="EC 49070", order="order 7")
    assert forget(school, INCIDENT, id, order).gone
    assert not holds(school, "views.db", SECRET.encode())


def test_an_entry_without_a_text_has_none_to_destroy(school: School) -> None:
    id, version = _place(school)
    order = DestroyText(version=version - 1, authority="EC 49070", order="order 7")
    with pytest.raises(Refused, match="no text that could be destroyed"):
        forget(school, INCIDENT, id, order)


def _place(school: School) -> tuple[str, int]:
    """(id of the incident, version of its statement)"""
    last = school.record.last_command(school.actor.id, ("incident",))
    return last[0].stream.partition("-")[2], last[1].version
