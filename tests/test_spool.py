"""What was typed is kept, sealed, under a number, or the caller is told that it was not."""

from __future__ import annotations

import dataclasses
import errno
import os
import stat
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.store.errors import NoSuchDraft, NotKept, WrongKey
from ledger.store.spool import Draft, Spool, spool_folder

NOW = datetime(2026, 10, 14, 19, 10, 5, 123456, tzinfo=UTC)
KEY, OTHER, PRIVATE = bytes(range(32)), bytes(range(1, 33)), bytes(range(2, 34))
PUBLIC = X25519PrivateKey.from_private_bytes(PRIVATE).public_key().public_bytes_raw()
DRAFT = Draft(
    argv=("log", "ana rivera", "--did", "disruption", "--saw"),
    texts={"saw": 'Threw a tray: $5, 100 %, "quotes" \U0001f642 \u202e\u05e9\u05dc\u05d5\u05dd'},
    user="specialist",
    reason="Full",
)
words = st.text(max_size=40)
drafts = st.builds(
    Draft,
    argv=st.lists(words, max_size=6).map(tuple),
    texts=st.dictionaries(words, st.text(max_size=10_000), max_size=3),
    user=words,
    reason=words,
)
desks = st.sampled_from(
    [
        ((KEY, None, None), (KEY, None, None)),  # the school's key is there
        ((KEY, None, PUBLIC), (KEY, PRIVATE, None)),
        ((None, None, PUBLIC), (KEY, PRIVATE, PUBLIC)),  # missing when kept, there when read
    ]
)


def with_key(folder: Path) -> Spool:
    return Spool(folder, KEY, PRIVATE, PUBLIC)


def without_key(folder: Path) -> Spool:
    return Spool(folder, None, None, PUBLIC)


@contextmanager
def new_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder) / "spool"


@settings(deadline=None)
@given(drafts, desks)
def test_what_was_kept_is_what_comes_back(
    draft: Draft, desk: tuple[tuple[bytes | None, ...], tuple[bytes | None, ...]]
) -> None:
    with new_folder() as folder:
        number = Spool(folder, *desk[0]).keep(draft, NOW)
        kept = dataclasses.replace(draft, written_at=NOW.isoformat())
        assert Spool(folder, *desk[1]).get(number) == kept
        assert Spool(folder, *desk[1]).list() == [(1, kept)]


@settings(deadline=None)
@given(st.text(min_size=4, max_size=10_000), st.booleans())
def test_nothing_of_the_text_is_in_the_file(text: str, keyed: bool) -> None:
    with new_folder() as folder:
        draft = Draft(("log", text), {"saw": text}, text, text)
        number = (with_key if keyed else without_key)(folder).keep(draft, NOW)
        raw = (folder / f"draft-{number}.bin").read_bytes()
        head = raw[:20]
        assert head in (b"bledger draft/1 key\n", b"bledger draft/1 pub\n")
        for encoding in ("utf-8", "utf-16-le", "unicode-escape"):
            assert text.encode(encoding) not in raw[len(head) :]


def test_bytes_that_were_no_text_on_the_command_line_come_back(tmp_path: Path) -> None:
    typed = b"caf\xe9 \xff".decode("utf-8", "surrogateescape")
    spool = with_key(tmp_path)
    assert spool.get(spool.keep(dataclasses.replace(DRAFT, argv=(typed,)), NOW)).argv == (typed,)


def test_a_draft_does_not_show_its_words_in_a_traceback() -> None:
    assert "rivera" not in repr(DRAFT)
    assert "tray" not in repr(DRAFT)
    assert KEY.hex() not in repr(with_key(Path("x")))
    assert repr(KEY) not in repr(with_key(Path("x")))


def test_numbers_go_up_from_one_and_are_never_taken_from_another_draft(tmp_path: Path) -> None:
    spool = with_key(tmp_path)
    assert [spool.keep(DRAFT, NOW) for _ in range(11)] == list(range(1, 12))
    spool.drop(3)
    assert spool.keep(DRAFT, NOW) == 12
    assert [number for number, _ in spool.list()] == [1, 2, *range(4, 13)]


def test_a_number_far_off_is_counted_on_from(tmp_path: Path) -> None:
    (tmp_path / f"draft-{10**12}.bin").touch()
    assert with_key(tmp_path).keep(DRAFT, NOW) == 10**12 + 1


def test_two_desks_at_once_keep_every_draft_under_its_own_number(tmp_path: Path) -> None:
    numbers: list[int] = []

    def desk(user: str) -> None:
        for _ in range(10):
            numbers.append(with_key(tmp_path).keep(dataclasses.replace(DRAFT, user=user), NOW))

    threads = [threading.Thread(target=desk, args=(f"desk {n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = with_key(tmp_path).list()
    assert sorted(numbers) == [number for number, _ in kept]
    assert len(set(numbers)) == 40
    users = [draft.user for _, draft in kept if draft]
    assert sorted(users) == sorted(f"desk {n}" for n in range(4) for _ in range(10))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps no modes")
def test_drafts_are_their_writers_alone(tmp_path: Path) -> None:
    with_key(tmp_path / "a" / "b").keep(DRAFT, NOW)
    assert stat.S_IMODE((tmp_path / "a" / "b").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "a" / "b" / "draft-1.bin").stat().st_mode) == 0o600


def test_without_any_key_nothing_is_kept_and_it_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotKept, match="could not be kept"):
        Spool(tmp_path, None, PRIVATE, None).keep(DRAFT, NOW)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("public", [b"", bytes(31), bytes(32), bytes(33)])
def test_a_broken_public_key_keeps_nothing_and_it_is_said(tmp_path: Path, public: bytes) -> None:
    with pytest.raises(NotKept, match="could not be kept"):
        Spool(tmp_path, None, None, public).keep(DRAFT, NOW)
    assert os.listdir(tmp_path) == []


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for folder in (tmp_path / "file", tmp_path / "file" / "spool"):
        with pytest.raises(NotKept, match="could not be kept"):
            with_key(folder).keep(DRAFT, NOW)


@pytest.mark.parametrize("step", ["mkdir", "open", "listdir", "fsync", "replace"])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EIO])
def test_a_draft_that_cannot_be_written_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, code: int
) -> None:
    def fails(*args: object, **more: object) -> None:
        raise OSError(code, os.strerror(code))

    with monkeypatch.context() as broken:
        broken.setattr(os, step, fails)
        with pytest.raises(NotKept, match="could not be kept") as told:
            with_key(tmp_path / "spool").keep(DRAFT, NOW)
    assert "rivera" not in str(told.value)
    assert with_key(tmp_path / "spool").list() == []


@pytest.mark.parametrize("writer", [with_key, without_key])
def test_a_draft_cut_off_anywhere_does_not_open(
    tmp_path: Path, writer: Callable[[Path], Spool]
) -> None:
    writer(tmp_path).keep(DRAFT, NOW)
    path = tmp_path / "draft-1.bin"
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        assert with_key(tmp_path).list() == [(1, None)]


@pytest.mark.parametrize("writer", [with_key, without_key])
def test_a_draft_with_any_bit_changed_does_not_open(
    tmp_path: Path, writer: Callable[[Path], Spool]
) -> None:
    writer(tmp_path).keep(DRAFT, NOW)
    path = tmp_path / "draft-1.bin"
    whole = path.read_bytes()
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << at % 8]) + whole[at + 1 :])
        # X25519 ignores the top bit of a public key; the draft is bound to its bytes all the same.
        assert with_key(tmp_path).list() == [(1, None)]


@given(st.binary(max_size=300), st.sampled_from([b"", b"key\n", b"pub\n"]))
@settings(deadline=None)
def test_a_foreign_file_is_listed_as_one_that_does_not_open(junk: bytes, kind: bytes) -> None:
    with new_folder() as folder:
        folder.mkdir()
        (folder / "draft-7.bin").write_bytes((b"bledger draft/1 " if kind else b"") + kind + junk)
        assert with_key(folder).list() == [(7, None)]
        with pytest.raises(WrongKey, match="draft 7 does not open"):
            with_key(folder).get(7)


def test_files_that_are_no_drafts_are_left_out(tmp_path: Path) -> None:
    for name in ("draft-0.bin", "draft-01.bin", "draft-x.bin", ".draft-1.bin.ab.part", "notes.txt"):
        (tmp_path / name).touch()
    (tmp_path / "draft-2.bin").mkdir()
    assert with_key(tmp_path).list() == [(2, None)]


def test_another_schools_key_opens_nothing(tmp_path: Path) -> None:
    with_key(tmp_path).keep(DRAFT, NOW)
    without_key(tmp_path).keep(DRAFT, NOW)
    assert Spool(tmp_path, OTHER, OTHER, None).list() == [(1, None), (2, None)]
    assert without_key(tmp_path).list() == [(1, None), (2, None)]
    with pytest.raises(WrongKey, match="school key"):
        Spool(tmp_path, OTHER, OTHER, None).get(1)


def test_a_draft_that_was_dropped_is_gone_and_one_that_never_was_is_said(tmp_path: Path) -> None:
    spool = with_key(tmp_path / "spool")
    assert spool.list() == []
    number = spool.keep(DRAFT, NOW)
    spool.drop(number)
    assert spool.list() == []
    for ask in (spool.get, spool.drop):
        with pytest.raises(NoSuchDraft, match="no draft 1"):
            ask(number)


def test_a_draft_that_does_not_open_can_be_dropped(tmp_path: Path) -> None:
    (tmp_path / "draft-1.bin").touch()
    with_key(tmp_path).drop(1)
    assert with_key(tmp_path).list() == []


def test_each_ledger_has_its_own_folder_with_the_user() -> None:
    assert spool_folder({"BLEDGER_SPOOL": "/s"}, "abc") == Path("/s/abc")
    assert spool_folder({}, "abc").parts[-2:] == ("spool", "abc")
    assert spool_folder({}, "abc") != spool_folder({}, "abd")
