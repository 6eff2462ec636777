"""What was typed is kept, sealed, under a number, or the caller is told that it was not."""

from __future__ import annotations

import dataclasses
import errno
import os
import shutil
import stat
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from desk import TEACHER, School
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.store.errors import Damage, NoSuchDraft, NotKept, StorageError, WrongKey
from ledger.store.spool import Draft, Spool, TakenIn, spool_folder

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


# Carried in a file, from one computer to the one with the ledger

LEDGER = "3f0c1d52-0000-4000-8000-000000000001"


def carried(spool: Spool) -> bytes:
    return spool.packed(LEDGER)[0]


def left_by(raw: bytes) -> set[bytes]:
    """What could be found in a file in the clear."""
    return {canary for canary in (b"rivera", b"tray", b"specialist") if canary in raw}


@settings(deadline=None)
@given(st.lists(st.tuples(drafts, st.booleans()), max_size=4), st.booleans())
def test_what_was_carried_is_what_comes_back_in_its_order(
    written: list[tuple[Draft, bool]], keyed: bool
) -> None:
    with new_folder() as there, new_folder() as here:
        for draft, with_it in written:
            (with_key if with_it else without_key)(there).keep(draft, NOW)
        packed = carried((with_key if keyed else without_key)(there))
        with_key(here).keep(DRAFT, NOW)
        taken = with_key(here).take_in(packed, LEDGER)
        assert taken == TakenIn(tuple(range(2, len(written) + 2)))
        came = [draft for _, draft in with_key(here).list()][1:]
        assert came == [dataclasses.replace(d, written_at=NOW.isoformat()) for d, _ in written]


@pytest.mark.parametrize("writer", [with_key, without_key])
def test_a_carried_file_opens_with_the_schools_key_alone(
    tmp_path: Path, writer: Callable[[Path], Spool]
) -> None:
    writer(tmp_path / "there").keep(DRAFT, NOW)
    packed = carried(writer(tmp_path / "there"))
    assert left_by(packed) == set()
    with pytest.raises(WrongKey, match="school's key alone"):
        without_key(tmp_path / "here").take_in(packed, LEDGER)
    with pytest.raises(Damage):
        Spool(tmp_path / "here", OTHER, OTHER, None).take_in(packed, LEDGER)
    with pytest.raises(WrongKey, match="another ledger"):
        with_key(tmp_path / "here").take_in(packed, LEDGER[:-1] + "2")
    assert not (tmp_path / "here").exists()
    assert with_key(tmp_path / "here").take_in(packed, LEDGER).added == (1,)
    for path in tmp_path.rglob("*.bin"):
        assert left_by(path.read_bytes()) == set()


def test_the_same_file_twice_adds_nothing(tmp_path: Path) -> None:
    there, here = with_key(tmp_path / "there"), with_key(tmp_path / "here")
    numbers = [there.keep(dataclasses.replace(DRAFT, user=str(n)), NOW) for n in range(3)]
    packed = carried(there)
    assert here.take_in(packed, LEDGER) == TakenIn((1, 2, 3))
    assert here.take_in(packed, LEDGER) == TakenIn((), known=len(numbers))
    there.keep(DRAFT, NOW)
    assert here.take_in(carried(there), LEDGER) == TakenIn((4,), known=3)


def test_a_draft_that_was_finished_is_not_offered_again(tmp_path: Path) -> None:
    there, here = with_key(tmp_path / "there"), with_key(tmp_path / "here")
    for n in range(2):
        there.keep(dataclasses.replace(DRAFT, user=str(n)), NOW)
    packed = carried(there)
    here.take_in(packed, LEDGER)
    here.drop(1)
    assert here.take_in(packed, LEDGER) == TakenIn((), known=2)
    there.drop(2)
    assert there.take_in(packed, LEDGER) == TakenIn((), known=2)


def test_what_was_moved_away_can_be_brought_back(tmp_path: Path) -> None:
    there = with_key(tmp_path)
    there.keep(DRAFT, NOW)
    packed = carried(there)
    there.remove(1)
    assert there.list() == []
    assert there.take_in(packed, LEDGER).added == (1,)


def test_two_drafts_of_the_same_words_are_two(tmp_path: Path) -> None:
    there = with_key(tmp_path / "there")
    assert [there.keep(DRAFT, NOW) for _ in range(2)] == [1, 2]
    assert with_key(tmp_path / "here").take_in(carried(there), LEDGER).added == (1, 2)


@pytest.mark.parametrize("writer", [with_key, without_key])
def test_a_carried_file_that_is_cut_off_or_changed_says_so_and_adds_nothing(
    tmp_path: Path, writer: Callable[[Path], Spool]
) -> None:
    writer(tmp_path / "there").keep(DRAFT, NOW)
    packed, here = carried(writer(tmp_path / "there")), with_key(tmp_path / "here")
    for at in range(len(packed)):
        for broken in (
            packed[:at],
            packed[:at] + bytes([packed[at] ^ 1 << at % 8]) + packed[at + 1 :],
        ):
            with pytest.raises((Damage, WrongKey)) as told:
                here.take_in(broken, LEDGER)
            assert "rivera" not in str(told.value)
    assert not (tmp_path / "here").exists()


@given(st.binary(max_size=300), st.sampled_from([b"", b"key ", b"pub "]))
@settings(deadline=None)
def test_a_file_of_anything_else_says_so(junk: bytes, kind: bytes) -> None:
    head = b"bledger drafts/1 " + kind + LEDGER.encode() + b"\n" if kind else b""
    with new_folder() as folder, pytest.raises((Damage, WrongKey)):
        with_key(folder).take_in(head + junk, LEDGER)


def test_a_draft_by_itself_is_no_carried_file(tmp_path: Path) -> None:
    with_key(tmp_path).keep(DRAFT, NOW)
    with pytest.raises(Damage, match="no file of drafts"):
        with_key(tmp_path).take_in((tmp_path / "draft-1.bin").read_bytes(), LEDGER)


def test_a_damaged_draft_stays_in_the_file_and_the_others_come(tmp_path: Path) -> None:
    there = with_key(tmp_path / "there")
    for _ in range(2):
        there.keep(DRAFT, NOW)
    path = tmp_path / "there" / "draft-1.bin"
    path.write_bytes(path.read_bytes()[:-1])
    (tmp_path / "there" / "draft-3.bin").write_bytes(b"no draft")
    packed, numbers = there.packed(LEDGER)
    assert numbers == [1, 2]
    here = with_key(tmp_path / "here")
    assert here.take_in(packed, LEDGER) == TakenIn((1,), closed=1)


def test_a_disk_that_fills_up_half_way_is_gone_on_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there, here = with_key(tmp_path / "there"), with_key(tmp_path / "here")
    for _ in range(3):
        there.keep(DRAFT, NOW)
    packed, replace = carried(there), os.replace

    def full_at_two(source: Path, target: Path) -> None:
        if Path(target).name == "draft-2.bin":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        replace(source, target)

    with monkeypatch.context() as broken:
        broken.setattr(os, "replace", full_at_two)
        with pytest.raises(StorageError):
            here.take_in(packed, LEDGER)
    assert [number for number, _ in here.list()] == [1]
    assert here.take_in(packed, LEDGER) == TakenIn((2, 3), known=1)


# The same at two desks: one with nothing but school.toml, and the one with the ledger


@pytest.fixture
def away(desk: School, tmp_path: Path) -> School:
    """A computer with school.toml, and neither ledger nor key."""
    other = School(tmp_path / "away", desk.clock, desk.seen, desk.patch)
    other.folder.mkdir(parents=True)
    shutil.copy(desk.folder / "school.toml", other.folder)
    return other


SAID = "Threw a tannenbaum."
LINE = ("log", "leo", "--did", "disruption", "--at", "-10m", "--saw", "-")


def typed_away(away: School) -> None:
    kept = away(*LINE, stdin=SAID, user=TEACHER)
    assert kept.code == 8
    assert "kept as draft 1" in kept.err


def test_what_was_typed_away_is_recorded_as_of_then_and_as_its_writers(
    desk: School, away: School, tmp_path: Path
) -> None:
    typed_away(away)
    then = away.clock()
    away.ok("spool", "export", str(tmp_path / "drafts.bin"))
    desk.clock.pass_(days=2)
    told = desk.ok("spool", "import", str(tmp_path / "drafts.bin")).out
    assert "bledger spool 1" in told
    assert SAID in desk.ok("spool").out
    desk.ok("spool", "1")
    (report,) = desk.of("IncidentReported")
    assert report.occurred.at == (then - timedelta(minutes=10))
    with desk.opened(TEACHER) as at:
        assert report.reported_by == at.school.actor.id
    with desk.opened() as at:
        assert report.recorded_by == at.school.actor.id
    again = desk.ok("spool", "import", str(tmp_path / "drafts.bin"), "--json").json
    assert (again["drafts"], again["known"]) == ([], 1)
    assert desk.ok("spool").out == "No draft waits.\n"


def test_they_stay_where_they_were_typed_unless_they_are_moved(
    away: School, tmp_path: Path
) -> None:
    typed_away(away)
    away.ok("spool", "export", str(tmp_path / "one.bin"))
    assert len(away.ok("spool", "--json").json["drafts"]) == 1
    away.ok("spool", "export", str(tmp_path / "two.bin"), "--move")
    assert away.ok("spool", "--json").json["drafts"] == []
    assert "nothing is written" in away.ok("spool", "export", str(tmp_path / "three.bin")).out
    assert not (tmp_path / "three.bin").exists()


@pytest.mark.parametrize("step", ["replace", "fsync"])
def test_what_could_not_be_written_is_not_moved(
    away: School, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    typed_away(away)
    with monkeypatch.context() as broken:
        broken.setattr(os, step, full)
        assert away("spool", "export", str(tmp_path / "x.bin"), "--move").code == 8
    assert len(away.ok("spool", "--json").json["drafts"]) == 1
    assert not (tmp_path / "x.bin").exists()


def test_a_file_that_is_there_is_not_written_over(away: School, tmp_path: Path) -> None:
    typed_away(away)
    (tmp_path / "mine.bin").write_text("mine")
    answer = away("spool", "export", str(tmp_path / "mine.bin"), "--move")
    assert (answer.code, "there already" in answer.err) == (8, True)
    assert (tmp_path / "mine.bin").read_text() == "mine"
    assert len(away.ok("spool", "--json").json["drafts"]) == 1


def test_nothing_that_was_typed_away_is_in_the_clear_anywhere(
    desk: School, away: School, tmp_path: Path
) -> None:
    typed_away(away)
    away.ok("spool", "export", str(tmp_path / "drafts.bin"))
    desk.ok("spool", "import", str(tmp_path / "drafts.bin"))
    desk.ok("spool", "1")
    for path in filter(Path.is_file, tmp_path.rglob("*")):
        assert b"tannenbaum" not in path.read_bytes(), path


@pytest.mark.parametrize(
    ("data", "code", "says"),
    [
        (None, 8, "is not there"),
        (b"", 6, "no file of drafts"),
        (b"PK\x03\x04", 6, "no file of drafts"),
        (b"bledger drafts/1 pub 00000000-0000-4000-8000-000000000000\nxyz", 8, "another ledger"),
    ],
)
def test_a_file_that_is_none_is_told(
    desk: School, tmp_path: Path, data: bytes | None, code: int, says: str
) -> None:
    if data is not None:
        (tmp_path / "x.bin").write_bytes(data)
    answer = desk("spool", "import", str(tmp_path / "x.bin"))
    assert answer.code == code, answer.err
    assert says in answer.err
    assert "x.bin" in answer.err


def test_an_imported_draft_that_is_not_clear_is_finished_with_one_line(
    desk: School, away: School, tmp_path: Path
) -> None:
    away("log", "bea", "--not-on-roster", "Leo Park", "--did", "tardy", "--saw", "-", stdin=SAID)
    away.ok("spool", "export", str(tmp_path / "drafts.bin"))
    desk.ok("spool", "import", str(tmp_path / "drafts.bin"))
    assert desk("spool", "1").code == 3
    asked = desk("spool", "1", "--student", "1")
    assert asked.code == 3  # now of Leo, who is on the roster
    (number,) = (d["number"] for d in desk.ok("spool", "--json").json["drafts"])
    desk.ok("spool", str(number), "--student", "1")
    (report,) = desk.of("IncidentReported")
    assert [p.roles[0].value for p in report.participants] == ["referred", "involved"]
    assert desk.of("StudentRecorded")[-1].source != "by hand"


# The daily verbs, each stopped and finished

DAILY = {
    "act": (("act", "{}", "conference", "10m"), "ActionTaken"),
    "call": (("call", "{}", "reached", "mother"), "FamilyContacted"),
    "praise": (("praise", "{}", "helping"), "PraiseRecorded"),
}
NO_KEY = {"BLEDGER_KEY_FILE": "/dev/null/school.key"}


@pytest.fixture
def bea(desk: School) -> School:
    """A desk at a school with two children of one name, who were just reported."""
    for number in ("104305", "104306"):
        desk.ok("log", number, "--did", "tardy")
    return desk


@pytest.mark.parametrize("verb", DAILY)
@pytest.mark.parametrize(
    ("said", "finish"), [("bea", "1"), ("bea", "104305"), ("nobodyhere", "104305")]
)
def test_a_daily_line_of_an_unclear_student_is_finished_with_one_line(
    bea: School, verb: str, said: str, finish: str
) -> None:
    line, event = DAILY[verb]
    stopped = bea(*(word.format(said) for word in line))
    assert stopped.code == 3
    assert "draft 1" in stopped.err
    assert bea.of(event) == []
    bea.ok("spool", "1", "--student", finish)
    assert len(bea.of(event)) == 1
    assert bea.ok("spool").out == "No draft waits.\n"


@pytest.mark.parametrize("verb", DAILY)
def test_a_daily_line_without_the_key_is_kept_and_finished(bea: School, verb: str) -> None:
    line, event = DAILY[verb]
    stopped = bea(*(word.format("104305") for word in line), env=NO_KEY)
    assert stopped.code == 8
    bea.clock.pass_(minutes=7)
    bea.ok("spool", "1")
    assert len(bea.of(event)) == 1


@pytest.mark.parametrize("verb", DAILY)
def test_a_daily_line_from_another_computer_is_finished_where_the_ledger_is(
    bea: School, tmp_path: Path, verb: str
) -> None:
    other = School(tmp_path / "away", bea.clock, bea.seen, bea.patch)
    other.folder.mkdir(parents=True)
    shutil.copy(bea.folder / "school.toml", other.folder)
    line, event = DAILY[verb]
    assert other(*(word.format("104305") for word in line), user=TEACHER).code == 8
    other.ok("spool", "export", str(tmp_path / "d.bin"), "--move")
    bea.ok("spool", "import", str(tmp_path / "d.bin"))
    bea.ok("spool", "1")
    (done,) = bea.of(event)
    with bea.opened(TEACHER) as at:
        assert done.by == at.school.actor.id


def test_a_number_for_nobody_is_told(bea: School) -> None:
    bea("log", "nobodyhere", "--did", "tardy")
    answer = bea("spool", "1", "--student", "1")
    assert (answer.code, "No student here fits" in answer.err) == (3, True)
