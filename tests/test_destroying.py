"""A destroyed text is gone for good: from the answers, from every page and from every log."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from made import KEYS, TEACHER, an_order, enrol, incident_id, new_ledger, open_ledger, report

from ledger.domain import Destroyed, Refused
from ledger.domain.incident import INCIDENT
from ledger.store import Ledger, sqlite
from ledger.store.destroying import finish_destruction
from ledger.store.proof import verify
from ledger.store.wal import log_of

PAGE, RESERVED, IV, SALT = 4096, 80, 16, 16
SAID = "What was seen, and is to be forgotten."


def pages(path: Path) -> Iterator[bytes]:
    """Every page of a file and of its log as the engine sees it, free space and all."""
    content = path.read_bytes()
    for start in range(0, len(content), PAGE):
        yield plain(content[start : start + PAGE], first=start == 0)
    log = log_of(path).read_bytes() if log_of(path).exists() else b""
    for start in range(32, len(log), 24 + PAGE):
        first = int.from_bytes(log[start : start + 4], "big") == 1
        yield plain(log[start + 24 : start + 24 + PAGE], first=first)


def plain(page: bytes, *, first: bool) -> bytes:
    iv = page[PAGE - RESERVED : PAGE - RESERVED + IV]
    cipher = Cipher(algorithms.AES(KEYS.derived("ledger")), modes.CBC(iv))
    return cipher.decryptor().update(page[SALT if first else 0 : PAGE - RESERVED])


def holds(path: Path, secret: bytes) -> bool:
    return any(secret in page for page in pages(path))


def told(folder: Path) -> tuple[Ledger, bytes]:
    """A ledger with one statement among others, and its wrapped key."""
    ledger = new_ledger(folder)
    enrol(ledger, 1)
    report(ledger, 1, SAID)
    wrapped: bytes = ledger.recorder.of_stream(f"incident-{incident_id(1)}")[1][sqlite.WRAPPED]
    for number in range(2, 40):
        report(ledger, number, "What was seen.", student=1)
    return ledger, wrapped


def test_once_done_the_key_is_in_no_page_and_in_no_log(tmp_path: Path) -> None:
    ledger, wrapped = told(tmp_path)
    path = ledger.recorder.path
    assert holds(path, wrapped)
    ledger.do(INCIDENT, incident_id(1), an_order(), TEACHER)
    assert holds(path, wrapped), "the control: until it is done, the log still has it"
    assert finish_destruction(ledger.recorder.db)
    assert log_of(path).stat().st_size == 0
    assert not holds(path, wrapped)
    assert verify(ledger, full=True).whole


def test_a_destroyed_text_says_under_which_order(tmp_path: Path) -> None:
    ledger, _ = told(tmp_path)
    done = ledger.do(INCIDENT, incident_id(1), an_order(), TEACHER)
    event = ledger.stream(f"incident-{incident_id(1)}")[1].event
    position = done.events[0].position
    assert event.text == Destroyed(under="records officer, 12", position=position)
    assert SAID not in repr(ledger.stream(f"incident-{incident_id(1)}"))


def test_it_is_not_done_while_somebody_reads(tmp_path: Path) -> None:
    ledger, wrapped = told(tmp_path)
    reader = open_ledger(ledger.recorder.path)
    reader.recorder.db.execute("BEGIN")
    reader.recorder.rows("1")
    ledger.do(INCIDENT, incident_id(1), an_order(), TEACHER)
    assert not finish_destruction(ledger.recorder.db)
    assert holds(ledger.recorder.path, wrapped)
    reader.recorder.db.execute("ROLLBACK")
    assert finish_destruction(ledger.recorder.db)
    assert not holds(ledger.recorder.path, wrapped)


def test_every_log_is_tried_even_when_one_cannot_be_emptied(tmp_path: Path) -> None:
    record, _ = told(tmp_path)
    access = new_ledger(tmp_path, "access")
    reader = open_ledger(record.recorder.path)
    reader.recorder.db.execute("BEGIN")
    reader.recorder.rows("1")
    report(record, 77)
    assert not finish_destruction(record.recorder.db, access.recorder.db)
    assert log_of(access.recorder.path).stat().st_size == 0


def test_patience_with_other_writers_is_as_before_afterwards(tmp_path: Path) -> None:
    ledger, _ = told(tmp_path)
    ask = "PRAGMA busy_timeout"
    before = ledger.recorder.db.execute(ask).fetchone()
    finish_destruction(ledger.recorder.db)
    assert ledger.recorder.db.execute(ask).fetchone() == before


def test_a_text_without_a_key_cannot_be_destroyed_again(tmp_path: Path) -> None:
    ledger, _ = told(tmp_path)
    head = ledger.head()
    with pytest.raises(Refused, match="entry 1 has no text that could be destroyed"):
        ledger.do(INCIDENT, incident_id(1), an_order(version=1), TEACHER)
    assert ledger.head() == head


def test_it_is_not_done_while_this_process_is_in_the_middle_of_reading(tmp_path: Path) -> None:
    ledger, _ = told(tmp_path)
    reading = ledger.recorder.by_stream("incident", upto=100)
    next(reading)
    assert not finish_destruction(ledger.recorder.db)
    assert list(reading)
    assert finish_destruction(ledger.recorder.db)
