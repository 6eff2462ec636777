"""Where a format's CSV files are: in a folder, or in a zip that nobody vouches for."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import IO

from ledger.imports import Unreadable

Opener = Callable[[], IO[bytes]]
Found = tuple[str, Opener | None]  # a file's name, as it is spelled there
Members = list[zipfile.ZipInfo]

DAMAGE = (  # what reading a damaged file may raise
    OSError,
    EOFError,
    NotImplementedError,
    OverflowError,
    RuntimeError,
    ValueError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)
OUTSIDE = re.compile(r"^/|\\|\0|^[A-Za-z]:|(^|/)\.\.(/|$)")

# What is more than this was not packed by a school
MEMBERS_CAP = 200
DIRECTORY_CAP = 1 << 20
SIZE_CAP = 512 << 20
RATIO_CAP, RATIO_FROM = 200, 1 << 20

MEMBER_LAWS: tuple[tuple[Callable[[zipfile.ZipInfo], object], str], ...] = (
    (lambda one: OUTSIDE.search(one.orig_filename), "it holds a path that leads outside"),
    (lambda one: one.flag_bits & 0x41, "it is encrypted: unpack it and import the folder"),
    (
        lambda one: one.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED),
        "it is packed in an unusual way: unpack it and import the folder",
    ),
    (
        lambda one: one.file_size > max(RATIO_FROM, RATIO_CAP * one.compress_size),
        f"it holds a file that unpacks to more than {RATIO_CAP} times its size",
    ),
)
ZIP_LAWS: tuple[tuple[Callable[[Members], object], str], ...] = (
    (lambda all_: len(all_) > MEMBERS_CAP, f"it holds more than {MEMBERS_CAP} files"),
    (
        lambda all_: len({folder for folder, _ in _sheets(all_)}) > 1,
        "its CSV files lie in several folders: put them into one",
    ),
)


ZIP, OLD_WORKBOOK = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
IN_WORKBOOK = ("xl/workbook.xml", "content.xml", "Index/Document.iwa")  # Excel, Calc, Numbers
WORKBOOK = "is a workbook of a spreadsheet, whatever its name says: open it there, save it as CSV"


def check_text(path: Path) -> None:
    """Raises Unreadable for what is no text at all: a zip, or a workbook under another name."""
    try:
        with path.open("rb") as file:
            start = file.read(4)
    except OSError as error:
        raise Unreadable(f"{path} cannot be read: {cause(error)}") from None
    if start == OLD_WORKBOOK or (start == ZIP and is_workbook(path)):
        raise Unreadable(f"{path} {WORKBOOK}")
    if start == ZIP:
        raise Unreadable(f"{path} is a zip: unpack it and import the file that it has")


def check_file(path: Path, what: str) -> None:
    """Raises Unreadable for what is no file of text: a folder, a zip, a workbook, or nothing."""
    if path.is_dir():
        raise Unreadable(f"{path} is a folder: give the {what} itself")
    if not path.is_file():
        raise Unreadable(f"{path} is not there: give the {what}")
    check_text(path)


def is_workbook(path: Path) -> bool:
    """Whether a zip is what a spreadsheet saves."""
    try:
        with _Wary(path) as file, zipfile.ZipFile(file) as archive:
            return not {*archive.namelist()}.isdisjoint(IN_WORKBOOK)
    except DAMAGE:
        return False


class _Wary(io.FileIO):
    """A file that refuses one huge read: zipfile reads a zip's list of members in one piece."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > DIRECTORY_CAP:
            raise zipfile.BadZipFile("its list of files is too long")
        return super().read(-1 if size is None else size) or b""


@contextmanager
def csv_files(path: Path, names: Iterable[str]) -> Iterator[dict[str, Opener | None]]:
    """Those of the named files that are there, each to be opened; None for a link outside.

    Raises Unreadable for what is neither a folder nor a zip, and for a zip that breaks a law.
    """
    if path.is_dir():
        yield _by_name(path, names, _in_folder(path))
    elif path.is_file():
        if is_workbook(path):
            raise Unreadable(f"{path} {WORKBOOK}")
        with _zip(path) as archive:
            yield _by_name(path, names, _in_zip(path, archive, names))
    else:
        raise Unreadable(f"{path}: there is no such folder or zip file")


def _in_folder(path: Path) -> Iterable[Found]:
    try:
        inside, files = path.resolve(), [entry for entry in path.iterdir() if entry.is_file()]
    except OSError as error:
        raise Unreadable(f"{path} cannot be read: {cause(error)}") from None
    here = {file: file.resolve().is_relative_to(inside) for file in files}
    return ((f.name, partial(_open, f) if here[f] else None) for f in files)


def _open(file: Path) -> IO[bytes]:
    return file.open("rb")


@contextmanager
def _zip(path: Path) -> Iterator[zipfile.ZipFile]:
    with ExitStack() as stack:
        try:
            archive = zipfile.ZipFile(stack.enter_context(_Wary(path)))
        except DAMAGE as error:
            odd = f"{path} is not a folder, nor a zip that can be read: {cause(error)}"
            raise Unreadable(odd) from None
        yield stack.enter_context(archive)


def _in_zip(path: Path, archive: zipfile.ZipFile, names: Iterable[str]) -> Iterable[Found]:
    members = archive.infolist()
    broken = [why for law, why in MEMBER_LAWS if any(map(law, members))]
    broken += [why for law, why in ZIP_LAWS if law(members)]
    known = {name.lower() for name in names}
    sheets = ((member.filename.rpartition("/")[2], member) for _, member in _sheets(members))
    wanted = [(name, member) for name, member in sheets if name.lower() in known]
    if sum(member.file_size for _, member in wanted) > SIZE_CAP:  # grades may be larger than that
        broken.append(f"it would unpack to more than {SIZE_CAP >> 20} MiB")
    if broken:
        raise Unreadable(f"{path} was not opened: {broken[0]}")
    return ((name, partial(archive.open, member)) for name, member in wanted)


def _sheets(members: Members) -> Iterator[tuple[str, zipfile.ZipInfo]]:
    """The CSV files with their folders, without the hidden ones that a Mac adds."""
    for member in members:
        folder, _, name = member.filename.rpartition("/")
        if name.lower().endswith(".csv") and not name.startswith("."):
            yield folder, member


def _by_name(path: Path, names: Iterable[str], found: Iterable[Found]) -> dict[str, Opener | None]:
    """The files that are found, by the manual's name whatever their capitals."""
    known = {name.lower(): name for name in names}
    files: dict[str, Opener | None] = {}
    for name, opener in found:
        file = known.get(name.lower())
        if file in files:
            raise Unreadable(f"{path} holds {file} twice: leave one")
        if file:
            files[file] = opener
    return files


def cause(error: Exception) -> str:
    """What went wrong with a file, without the file's path."""
    return (isinstance(error, OSError) and error.strerror) or str(error) or type(error).__name__
