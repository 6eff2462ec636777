"""Where a ledger may live, who may open its files, and that a file is whole or not there."""

from __future__ import annotations

import errno
import os
import stat
import sys
from pathlib import Path, PurePosixPath

import pytest

from ledger.store import place
from ledger.store.errors import BadPlace, Full, Missing, ReadOnly, StorageError
from ledger.store.place import (
    Mount,
    as_storage_error,
    check_place,
    is_unc,
    linux_mounts,
    mac_mounts,
    network_mount,
    private,
    synced_by,
    synced_file_replace,
)

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps no modes")

MOUNTINFO = """\
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard
22 27 0:21 / /proc rw,relatime shared:5 - proc proc rw
40 27 0:40 / /home rw - nfs4 files.oakhill.example:/home rw,vers=4.2
41 27 0:41 / /mnt/c rw,noatime - 9p C:\\134 rw,aname=drvfs;path=C:\\134
42 27 0:42 / /mnt/front\\040office rw master:2 - cifs //office/share rw
43 27 0:43 / /media/stick rw - vfat /dev/sdb1 rw
44 27 0:44 / /media/cloud rw - fuse https://cloud.oakhill.example/dav rw
45 27 0:45 / /run/user/1000/gvfs rw - fuse.gvfsd-fuse gvfsd-fuse rw
46 27 0:46 / /twice rw - nfs server:/x rw
47 46 254:1 / /twice rw - xfs /dev/vdb rw
48 27 0:48 / /odd rw - tmpfs  rw
"""


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/srv/ledger", None),
        ("/home/sam/ledger", "nfs4"),
        ("/homely/ledger", None),
        ("/mnt/c/Users/sam/ledger", "9p"),
        ("/mnt/front office/ledger", "cifs"),
        ("/mnt/front", None),
        ("/media/stick/ledger", None),
        ("/media/cloud", "fuse"),
        ("/run/user/1000/gvfs/smb-share", "fuse.gvfsd-fuse"),
        ("/twice/ledger", None),
        ("/odd/ledger", None),
    ],
)
def test_the_deepest_mount_decides(folder: str, kind: str | None) -> None:
    found = network_mount(PurePosixPath(folder), linux_mounts(MOUNTINFO))
    assert (found.kind if found else None) == kind


@pytest.mark.parametrize("kind", ["ext4", "btrfs", "xfs", "tmpfs", "overlay", "zfs", "apfs"])
def test_this_computers_own_disks_are_fine(kind: str) -> None:
    assert network_mount(PurePosixPath("/d/x"), [Mount("/d", kind, "/dev/vda")]) is None


@pytest.mark.parametrize("kind", ["9p", "virtiofs"])
def test_a_hosts_folder_is_refused_but_as_the_root_of_a_container(kind: str) -> None:
    assert network_mount(PurePosixPath("/d/x"), [Mount("/d", kind, "host")]) is not None
    assert network_mount(PurePosixPath("/d/x"), [Mount("/", kind, "root")]) is None
    assert network_mount(PurePosixPath("/d/x"), [Mount("/", "nfs", "server:/root")]) is not None


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/Users/sam/ledger", None),
        ("/Volumes/office share/ledger", "smbfs"),
        ("/Volumes/server/ledger", "nfs"),
        ("/Volumes/over ssh/ledger", "macfuse"),
        ("/Volumes/stick/ledger", None),
    ],
)
def test_macos_shares_are_known_by_what_mount_prints(folder: str, kind: str | None) -> None:
    printed = (
        "/dev/disk3s1s1 on / (apfs, sealed, local, read-only, journaled)\n"
        "map auto_home on /System/Volumes/Data/home (autofs, automounted, nobrowse)\n"
        "//sam@office/share on /Volumes/office share (smbfs, nodev, nosuid, mounted by sam)\n"
        "server:/export on /Volumes/server (nfs)\n"
        "sam@server:/home on /Volumes/over ssh (macfuse, nodev, nosuid, synchronous)\n"
        "/dev/disk4s1 on /Volumes/stick (exfat, local, nodev, nosuid)\n"
    )
    found = network_mount(PurePosixPath(folder), mac_mounts(printed))
    assert (found.kind if found else None) == kind


@pytest.mark.parametrize(
    ("folder", "refused"),
    [
        (r"C:\bledger", False),
        (r"\\?\C:\bledger", False),
        (r"\\.\C:\bledger", False),
        (r"\\office\share\bledger", True),
        (r"\\?\UNC\office\share\bledger", True),
        (r"\\wsl.localhost\Debian\home\sam", True),
    ],
)
def test_a_windows_path_on_a_server_is_known_by_its_look(folder: str, refused: bool) -> None:
    assert is_unc(folder) is refused


@pytest.mark.parametrize(
    ("folder", "service"),
    [
        ("OneDrive/ledger", "OneDrive"),
        ("OneDrive - Oakhill Elementary/Documents/ledger", "OneDrive"),
        ("Dropbox", "Dropbox"),
        ("dropbox (Oakhill)/ledger", "Dropbox"),
        ("Google Drive/ledger", "Google Drive"),
        ("My Drive/ledger", "Google Drive"),
        ("Library/CloudStorage/GoogleDrive-sam@oakhill.example/My Drive", "a cloud service"),
        ("Library/CloudStorage/Box-Box/ledger", "a cloud service"),
        ("Library/Mobile Documents/com~apple~CloudDocs/ledger", "iCloud"),
        ("iCloudDrive/ledger", "iCloud"),
        ("Documents/ledger", None),
        ("Dropbox notes/ledger", None),
        ("my drives/ledger", None),
    ],
)
def test_a_synced_folder_is_known_by_its_name(folder: str, service: str | None) -> None:
    assert synced_by(Path("/Users/sam") / folder, {}) == service


def test_onedrives_own_word_counts_where_its_name_was_changed(tmp_path: Path) -> None:
    env = {"OneDriveCommercial": str(tmp_path / "School files"), "OneDrive": "", "HOME": "/"}
    assert synced_by(tmp_path / "School files" / "ledger", env) == "OneDrive"
    assert synced_by(tmp_path / "School files too", env) is None


def test_the_marks_that_a_service_leaves_count_in_every_folder_above(tmp_path: Path) -> None:
    (tmp_path / "box").mkdir()
    (tmp_path / "box" / ".dropbox").write_text("{}")
    (tmp_path / "drive" / ".tmp.drivedownload").mkdir(parents=True)
    assert synced_by(tmp_path / "box" / "a" / "b", {}) == "Dropbox"
    assert synced_by(tmp_path / "drive" / "a", {}) == "Google Drive"


def test_dropboxs_folder_of_settings_is_no_mark(tmp_path: Path) -> None:
    (tmp_path / ".dropbox").mkdir()
    assert synced_by(tmp_path / "ledger", {}) is None


def test_a_folder_on_this_computers_disk_is_fine_before_it_exists(tmp_path: Path) -> None:
    check_place(tmp_path / "not" / "yet", {})


def test_a_synced_folder_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(BadPlace) as refusal:
        check_place(tmp_path / "OneDrive" / "ledger", {})
    said = str(refusal.value)
    assert "OneDrive" in said
    assert str(tmp_path) in said
    assert "set BLEDGER_DATA" in said
    assert "\n" not in said


def test_a_network_drive_is_refused_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(place, "network_share", lambda folder: "nfs4 at /home")
    with pytest.raises(BadPlace, match=r"nfs4 at /home.*set BLEDGER_DATA"):
        check_place(tmp_path, {})


@posix
def test_a_link_does_not_hide_where_the_folder_is(tmp_path: Path) -> None:
    (tmp_path / "Dropbox").mkdir()
    (tmp_path / "ledger").symlink_to(tmp_path / "Dropbox", target_is_directory=True)
    with pytest.raises(BadPlace, match="Dropbox"):
        check_place(tmp_path / "ledger" / "school", {})


@posix
def test_a_link_that_leads_out_of_a_synced_folder_is_fine(tmp_path: Path) -> None:
    (tmp_path / "Dropbox").mkdir()
    (tmp_path / "own").mkdir()
    (tmp_path / "Dropbox" / "ledger").symlink_to(tmp_path / "own", target_is_directory=True)
    check_place(tmp_path / "Dropbox" / "ledger", {})


@posix
def test_a_circle_of_links_is_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    check_place(tmp_path / "a" / "ledger", {})


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@posix
def test_a_folder_and_its_files_are_its_owners_alone(tmp_path: Path) -> None:
    folder, file = tmp_path / "data", tmp_path / "data" / "ledger.db"
    folder.mkdir(mode=0o755)
    file.touch(mode=0o644)
    private(folder)
    private(file)
    assert (mode(folder), mode(file)) == (0o700, 0o600)


@posix
def test_a_groups_folder_stays_the_groups_and_nobody_elses(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    folder.chmod(0o2770)
    (folder / "exports").mkdir()
    (folder / "ledger.db").touch()
    for path in (folder, folder / "exports", folder / "ledger.db"):
        private(path)
    assert mode(folder) == mode(folder / "exports") == 0o2770
    assert mode(folder / "ledger.db") == 0o660


@posix
def test_a_folder_that_others_can_read_is_no_groups_folder(tmp_path: Path) -> None:
    tmp_path.chmod(0o2775)
    (tmp_path / "data").mkdir()
    private(tmp_path / "data")
    assert mode(tmp_path / "data") & 0o077 == 0


def test_making_something_private_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    if sys.platform != "win32":
        with pytest.raises(Missing, match="is not there"):
            private(tmp_path / "gone" / "ledger.db")


def test_a_replaced_file_holds_the_new_bytes_and_nothing_lies_beside_it(tmp_path: Path) -> None:
    for data in (b"first", b"", bytes(range(256)) * 1000):
        synced_file_replace(tmp_path / "checkpoint", data)
        assert (tmp_path / "checkpoint").read_bytes() == data
    assert os.listdir(tmp_path) == ["checkpoint"]


@posix
def test_a_replaced_file_is_private_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        synced_file_replace(tmp_path / "checkpoint", b"x")
        (tmp_path / "shared").mkdir()
        (tmp_path / "shared").chmod(0o2770)
        os.umask(0o077)
        synced_file_replace(tmp_path / "shared" / "checkpoint", b"x")
    finally:
        os.umask(before)
    assert mode(tmp_path / "checkpoint") == 0o600
    assert mode(tmp_path / "shared" / "checkpoint") == 0o660


@pytest.mark.parametrize("step", ["open", "fsync", "replace"])
@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (errno.ENOSPC, Full),
        (errno.EDQUOT, Full),
        (errno.EROFS, ReadOnly),
        (errno.EACCES, ReadOnly),
        (errno.EIO, StorageError),
    ],
)
def test_a_replacement_that_fails_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, code: int, kind: type[StorageError]
) -> None:
    def fails(*args: object, **more: object) -> None:
        raise OSError(code, os.strerror(code))

    (tmp_path / "checkpoint").write_bytes(b"before")
    with monkeypatch.context() as broken:
        broken.setattr(os, step, fails)
        with pytest.raises(StorageError) as told:
            synced_file_replace(tmp_path / "checkpoint", b"after")
    assert type(told.value) is kind
    assert str(tmp_path / "checkpoint") in str(told.value)
    assert (tmp_path / "checkpoint").read_bytes() == b"before"
    assert os.listdir(tmp_path) == ["checkpoint"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_disk_that_is_really_full_is_said_to_be() -> None:
    with pytest.raises(OSError, match="No space") as full, open("/dev/full", "wb", 0) as file:
        file.write(b"x")
    assert isinstance(as_storage_error(full.value, "the export"), Full)


def test_a_folder_that_is_gone_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(Missing, match="is not there"):
        synced_file_replace(tmp_path / "gone" / "checkpoint", b"x")
