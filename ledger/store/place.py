"""Where a ledger may live, who may open its files, and how a file is replaced whole."""

from __future__ import annotations

import errno
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from fnmatch import fnmatchcase
from pathlib import Path, PurePath
from typing import NamedTuple

from ledger import disk
from ledger.store.errors import BadPlace, Full, Missing, ReadOnly, StorageError

# Several computers write these at once; SQLite's WAL needs memory that only one computer has.
NETWORK = (
    *("nfs", "nfs4", "cifs", "smb2", "smb3", "smbfs", "afpfs", "afs", "ncp", "ncpfs", "coda"),
    *("ceph", "glusterfs", "lustre", "beegfs", "gpfs", "gfs2", "ocfs2", "orangefs", "pvfs2"),
    *("davfs", "webdav", "ftp", "fuse.sshfs", "fuse.rclone", "fuse.gvfsd*", "fuse.kio-fuse"),
    *("fuse.glusterfs", "fuse.ceph*", "fuse.s3fs", "fuse.gcsfuse", "fuse.goofys", "fuse.curlftpfs"),
    *("fuse.smbnetfs", "fuse.google-drive-ocamlfuse", "fuse.onedriver"),
)
# Folders of the computer that hosts this virtual one (WSL shows C: so). As the root of a container
# they are its own disk, and nobody else writes there.
HOST_SHARES = (
    *("9p", "drvfs", "virtiofs", "fuse.virtiofs", "vboxsf", "vmhgfs", "fuse.vmhgfs*", "prl_fs*"),
    *("osxfs", "fuse.osxfs", "fuse.grpcfuse", "fakeowner"),
)
NETWORK_SOURCES = ("//*", "*:/*")  # //server/share, server:/folder, https://server/folder

SYNCED_NAMES = {
    "onedrive": "OneDrive",
    "onedrive - *": "OneDrive",
    "onedrive-*": "OneDrive",
    "dropbox": "Dropbox",
    "dropbox (*)": "Dropbox",
    "google drive": "Google Drive",
    "googledrive": "Google Drive",
    "googledrive-*": "Google Drive",
    "my drive": "Google Drive",
    "mi unidad": "Google Drive",
    "shared drives": "Google Drive",
    "unidades compartidas": "Google Drive",
    "icloud drive": "iCloud",
    "iclouddrive": "iCloud",
    "mobile documents": "iCloud",
    "com~apple~*": "iCloud",
    "cloudstorage": "a cloud service",
}
SYNCED_FOLDERS_IN_ENV = ("OneDrive", "OneDriveCommercial", "OneDriveConsumer")
# The folder ~/.dropbox holds Dropbox's settings and says nothing; a file of that name is a mark.
SYNCED_MARKS = (
    (".dropbox", os.path.isfile, "Dropbox"),
    (".dropbox.cache", os.path.isdir, "Dropbox"),
    (".tmp.drivedownload", os.path.isdir, "Google Drive"),
    (".tmp.driveupload", os.path.isdir, "Google Drive"),
)

OWN_DISK = {"win32": r"C:\bledger", "darwin": "/Users/Shared/bledger"}
ADVICE = (
    "choose a folder on this computer's own disk, "
    f"e.g. {OWN_DISK.get(sys.platform, '/var/lib/bledger')}, and set BLEDGER_DATA to it"
)


class Mount(NamedTuple):
    """One mounted file system: where it is seen, of what kind, and where it comes from."""

    point: str
    kind: str
    source: str


def check_place(folder: Path, env: Mapping[str, str]) -> None:
    """BadPlace when a ledger in this folder, which need not exist yet, would break."""
    place = Path(os.path.realpath(folder))
    if share := network_share(place):
        raise BadPlace(
            f"{place} is on a network or shared drive ({share}), "
            f"where a ledger that two programs open at once breaks: {ADVICE}"
        )
    if service := synced_by(place, env):
        raise BadPlace(
            f"{place} is in a folder that {service} copies while the ledger is being written, "
            f"which breaks it and takes it out of this computer: {ADVICE}"
        )


def synced_by(place: Path, env: Mapping[str, str]) -> str | None:
    """The service that synchronises this folder, as far as names and marks tell."""
    return next(_synced_by(place, env), None)


def _synced_by(place: Path, env: Mapping[str, str]) -> Iterator[str]:
    for name in SYNCED_FOLDERS_IN_ENV:
        root = Path(env.get(name, ""))
        if root.is_absolute() and place.is_relative_to(os.path.realpath(root)):
            yield "OneDrive"
    for part in place.parts:
        yield from (who for like, who in SYNCED_NAMES.items() if fnmatchcase(part.lower(), like))
    for above in (place, *place.parents):
        yield from (who for mark, there, who in SYNCED_MARKS if there(above / mark))


def network_mount(place: PurePath, mounts: Iterable[Mount]) -> Mount | None:
    """The mount that holds this folder, when it is another computer's."""
    holding = [mount for mount in mounts if place.is_relative_to(mount.point)]
    # The longest mount point holds the folder; of two on one point the later one hides the earlier.
    last = max(reversed(holding), key=lambda mount: len(PurePath(mount.point).parts), default=None)
    return last if last is not None and _is_network(last) else None


def _is_network(mount: Mount) -> bool:
    kinds = NETWORK if mount.point == "/" else NETWORK + HOST_SHARES
    return any(fnmatchcase(mount.kind, like) for like in kinds) or any(
        fnmatchcase(mount.source, like) for like in NETWORK_SOURCES
    )


def linux_mounts(mountinfo: str) -> list[Mount]:
    """Mounts in the order of /proc/self/mountinfo, whose text this is."""
    mounts = []
    for line in mountinfo.splitlines():
        seen, dash, held = line.partition(" - ")
        if dash:
            kind, source = held.split(" ")[:2]
            mounts.append(Mount(_unescaped(seen.split(" ")[4]), kind, _unescaped(source)))
    return mounts


def _unescaped(path: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), path)


def mac_mounts(printed: str) -> list[Mount]:
    """Mounts as macOS's `mount` prints them: `SOURCE on POINT (KIND, …)`."""
    rows = re.findall(r"^(.+?) on (/.*) \(([^,)]+)", printed, re.MULTILINE)
    return [Mount(point, kind, source) for source, point, kind in rows]


def is_unc(place: str) -> bool:
    r"""True for a Windows path on a server: \\server\share or \\?\UNC\server\share."""
    return place.upper().startswith("\\\\?\\UNC\\") or re.match(r"\\\\[^?.\\]", place) is not None


def _told(mount: Mount | None) -> str | None:
    return f"{mount.kind} at {mount.point}" if mount else None


if sys.platform == "win32":

    def network_share(place: Path) -> str | None:
        """Which share this folder is on, or None on a disk of this computer."""
        import ctypes

        remote = ctypes.windll.kernel32.GetDriveTypeW(place.anchor) == 4  # DRIVE_REMOTE
        return place.anchor if remote or is_unc(str(place)) else None

elif sys.platform == "darwin":

    def network_share(place: Path) -> str | None:
        """Which share this folder is on, or None on a disk of this computer."""
        import subprocess

        printed = subprocess.run(["/sbin/mount"], capture_output=True, text=True, check=False)
        return _told(network_mount(place, mac_mounts(printed.stdout)))

else:

    def network_share(place: Path) -> str | None:
        """Which share this folder is on, or None on a disk of this computer."""
        try:
            text = Path("/proc/self/mountinfo").read_text("utf-8", "surrogateescape")
        except OSError:
            return None
        return _told(network_mount(place, linux_mounts(text)))


def private(path: Path) -> None:
    """Only this user may open it, or the group whose folder it is in."""
    try:
        disk.private(path)
    except OSError as err:
        raise as_storage_error(err, str(path)) from err


def synced_file_replace(path: Path, data: bytes) -> None:
    """Under its name the file is whole and on disk, or what was there before is untouched."""
    part = path.with_name(f".{path.name}.{os.urandom(4).hex()}.part")
    try:
        disk.write_synced(part, data)
        os.replace(part, path)
        disk.sync_folder(path.parent)
    except OSError as err:
        raise as_storage_error(err, str(path)) from err
    finally:
        with suppress(OSError):
            part.unlink()


ASK_DOCTOR = "could not be written ({why}): check its disk, then `bledger doctor`"
NO_ROOM = "could not be written, the disk is full: make room, then run the same line again"
NOT_OURS = "may not be written ({why}): check who owns it and that its disk is not write-protected"
NOT_THERE = "is not there: check its name, and that its disk is connected"
SENTENCES: Mapping[int | None, tuple[type[StorageError], str]] = {
    errno.ENOSPC: (Full, NO_ROOM),
    errno.EDQUOT: (Full, NO_ROOM),
    errno.EROFS: (ReadOnly, NOT_OURS),
    errno.EACCES: (ReadOnly, NOT_OURS),
    errno.EPERM: (ReadOnly, NOT_OURS),
    errno.ENOENT: (Missing, NOT_THERE),
    errno.ENOTDIR: (Missing, NOT_THERE),
}


def as_storage_error(err: OSError, what: str) -> StorageError:
    """The sentence for what the operating system refused to do with `what`, a file or folder."""
    kind, sentence = SENTENCES.get(err.errno, (StorageError, ASK_DOCTOR))
    return kind(f"{what} {sentence.format(why=err.strerror)}")
