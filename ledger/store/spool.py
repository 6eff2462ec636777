"""What was typed and could not be recorded is kept, sealed, as a numbered draft; and carried."""

from __future__ import annotations

import base64
import json
import os
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256, Hash
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ledger.store.errors import Damage, NoSuchDraft, NotKept, StorageError, WrongKey
from ledger.store.place import as_storage_error, private, synced_file_replace

SCHEMA = "draft/1"
FOR_KEY = b"bledger draft/1 key\n"  # then nonce, ciphertext
FOR_PUBLIC = b"bledger draft/1 pub\n"  # then the sender's one-time public key, nonce, ciphertext
PUBLIC_BYTES, NONCE_BYTES = 32, 12
CARRIED = "drafts/1"
OF_LEDGER = re.compile(rb"bledger drafts/1 (key|pub) ([!-~]{1,64})\n")  # then as a draft
ENDED = "ended"  # a file beside the drafts: digests of those that were finished or dropped
NUMBERED = re.compile(r"draft-([1-9][0-9]*)\.bin")


@dataclass(frozen=True)
class Draft:
    """A command as it was typed: its words, the texts from prompts and stdin, who, and why kept."""

    argv: tuple[str, ...] = field(repr=False)  # not in tracebacks: it may name a child
    texts: dict[str, str] = field(repr=False)
    user: str
    reason: str
    written_at: str = ""  # ISO 8601; said when it is kept


def spool_folder(env: Mapping[str, str], ledger_id: str) -> Path:
    """Where one ledger's drafts are: with the user, so not on the data folder's disk."""
    if said := env.get("BLEDGER_SPOOL"):
        return Path(said) / ledger_id
    from platformdirs import user_state_path

    return user_state_path("bledger") / "spool" / ledger_id


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What became of the drafts of a file: the numbers they have here, or how many were left."""

    added: tuple[int, ...]
    known: int = 0  # here already, or finished here
    closed: int = 0  # do not open, and stay in the file


@dataclass(frozen=True, repr=False)
class Spool:
    """The drafts of one ledger; keys are 32 raw bytes, and what is not at hand is None.

    Written with `seal_key`, or without it to `public`; read with `seal_key` and `private_key`.
    """

    folder: Path
    seal_key: bytes | None
    private_key: bytes | None
    public: bytes | None

    def keep(self, draft: Draft, now: datetime, number: int | None = None) -> int:
        """The draft's number, once it is on disk; NotKept when it could not be.

        With a number, what was kept under it is replaced.
        """
        plain = _as_json(replace(draft, written_at=now.isoformat()))
        try:
            sealed = self._sealed(plain)
            self._make_folder()
            if number is None:
                return self._numbered(sealed)
            synced_file_replace(self._path(number), sealed)
            return number
        except OSError as err:
            raise _not_kept(as_storage_error(err, str(self.folder))) from err
        except (StorageError, ValueError) as err:
            raise _not_kept(err) from err

    def list(self) -> list[tuple[int, Draft | None]]:
        """Every draft by its number; None for one that does not open."""
        return [(number, self._opened(number)) for number in self._numbers()]

    def get(self, number: int) -> Draft:
        """One draft; NoSuchDraft when there is none, WrongKey when it does not open."""
        draft = self._opened(number)
        if draft is None and not os.path.lexists(self._path(number)):
            raise _no_such(number)
        if draft is None:
            raise WrongKey(
                f"draft {number} does not open: it was sealed with another school key, or its file "
                f"is damaged ({self._path(number)}); try the school's key, or drop the draft"
            )
        return draft

    def drop(self, number: int) -> None:
        """The draft is gone, opened or not, and no file brings it back; NoSuchDraft for none."""
        # Should the mark not be written: what is finished twice is recorded once.
        with suppress(OSError):
            self._end(_digest(self._raw(number)))
        self.remove(number)

    def remove(self, number: int) -> None:
        """The draft is no longer here; a file that has it can bring it back."""
        try:
            self._path(number).unlink()
        except FileNotFoundError:
            raise _no_such(number) from None
        except OSError as err:
            raise as_storage_error(err, str(self._path(number))) from err

    def packed(self, ledger_id: str) -> tuple[bytes, Sequence[int]]:
        """(all drafts in one sealed file, their numbers); what is no draft is left out."""
        found = {number: self._raw(number) for number in self._numbers()}
        drafts = {number: raw for number, raw in found.items() if _is_draft(raw)}
        each = [base64.b64encode(raw).decode() for raw in drafts.values()]
        plain = json.dumps({"schema": CARRIED, "drafts": each}).encode("ascii")
        return self._sealed(plain, *_heads(ledger_id)), list(drafts)

    def take_in(self, packed: bytes, ledger_id: str) -> TakenIn:
        """Keep the drafts of such a file, numbered anew; those that were here before add nothing.

        WrongKey when it is of another ledger or no key is at hand, Damage when it is not whole.
        """
        drafts = self._carried(packed, ledger_id)
        here = {_digest(self._raw(number)) for number in self._numbers()}
        new = [raw for raw in drafts if _digest(raw) not in here | self._ended()]
        fit = [raw for raw in new if self._opens(raw)]
        if fit:
            self._make_folder()
        added = tuple(map(self._numbered, fit))
        return TakenIn(added, len(drafts) - len(new), len(new) - len(fit))

    def _carried(self, packed: bytes, ledger_id: str) -> Sequence[bytes]:
        head = OF_LEDGER.match(packed)
        if head is None:
            raise Damage("it is no file of drafts, or it is damaged: export it again")
        if head[2] != ledger_id.encode():
            raise WrongKey("it holds drafts of another ledger: import it where that ledger is")
        if (self.seal_key if head[1] == b"key" else self.private_key) is None:
            raise WrongKey("it opens with the school's key alone: import it where the key is")
        try:
            said = json.loads(self._plain(packed, *_heads(ledger_id)))
            each = (base64.b64decode(raw, validate=True) for raw in said["drafts"])
            return list(dict.fromkeys(each))
        except (InvalidTag, ValueError, LookupError, TypeError):
            raise Damage("it is damaged, so nothing is taken in: export it again") from None

    def _raw(self, number: int) -> bytes:
        try:
            return self._path(number).read_bytes()
        except OSError:
            return b""

    def _ended(self) -> frozenset[str]:
        try:
            return frozenset((self.folder / ENDED).read_text("ascii").split())
        except (OSError, ValueError):
            return frozenset()

    def _end(self, digest: str) -> None:
        with (self.folder / ENDED).open("a", encoding="ascii") as file:
            private(self.folder / ENDED)
            file.write(f"{digest}\n")

    def _opens(self, raw: bytes) -> bool:
        try:
            return bool(_from_json(self._plain(raw)))
        except (InvalidTag, ValueError, LookupError, TypeError):
            return False

    def _make_folder(self) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        private(self.folder)

    def _path(self, number: int) -> Path:
        return self.folder / f"draft-{number}.bin"

    def _numbers(self) -> Sequence[int]:
        try:
            names = os.listdir(self.folder)
        except FileNotFoundError:
            return []
        except OSError as err:
            raise as_storage_error(err, str(self.folder)) from err
        return sorted(int(found[1]) for found in map(NUMBERED.fullmatch, names) if found)

    def _numbered(self, sealed: bytes) -> int:
        number = self._reserved()
        try:
            synced_file_replace(self._path(number), sealed)
        except BaseException:
            with suppress(OSError):
                self._path(number).unlink()
            raise
        return number

    def _reserved(self) -> int:
        """A number that is ours alone, when two desks keep a draft at once."""
        while True:
            number = max(self._numbers(), default=0) + 1
            try:
                os.close(os.open(self._path(number), os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            except FileExistsError:
                continue
            return number

    def _sealed(
        self, plain: bytes, for_key: bytes = FOR_KEY, for_public: bytes = FOR_PUBLIC
    ) -> bytes:
        if self.seal_key is not None:
            return _encrypted(for_key, self.seal_key, plain)
        if self.public is None:
            raise ValueError("neither the school's key nor its public key is at hand")
        once = X25519PrivateKey.generate()
        shared = once.exchange(X25519PublicKey.from_public_bytes(self.public))
        sender = once.public_key().public_bytes_raw()
        return _encrypted(for_public + sender, _agreed(shared, sender, self.public), plain)

    def _opened(self, number: int) -> Draft | None:
        try:
            return _from_json(self._plain(self._path(number).read_bytes()))
        except (OSError, InvalidTag, ValueError, LookupError, TypeError):
            return None

    def _plain(
        self, sealed: bytes, for_key: bytes = FOR_KEY, for_public: bytes = FOR_PUBLIC
    ) -> bytes:
        if sealed.startswith(for_key) and self.seal_key is not None:
            return _decrypted(len(for_key), self.seal_key, sealed)
        if sealed.startswith(for_public) and self.private_key is not None:
            head = len(for_public) + PUBLIC_BYTES
            sender = sealed[len(for_public) : head]
            ours = X25519PrivateKey.from_private_bytes(self.private_key)
            shared = ours.exchange(X25519PublicKey.from_public_bytes(sender))
            mine = ours.public_key().public_bytes_raw()
            return _decrypted(head, _agreed(shared, sender, mine), sealed)
        raise ValueError("not a draft, or not for a key at hand")


def _agreed(shared: bytes, sender: bytes, receiver: bytes) -> bytes:
    """The key of one draft, bound to both public keys."""
    return HKDF(SHA256(), 32, None, FOR_PUBLIC + sender + receiver).derive(shared)


def _encrypted(head: bytes, key: bytes, plain: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return head + nonce + AESGCM(key).encrypt(nonce, plain, head)


def _decrypted(head: int, key: bytes, sealed: bytes) -> bytes:
    body = head + NONCE_BYTES
    return AESGCM(key).decrypt(sealed[head:body], sealed[body:], sealed[:head])


def _heads(ledger_id: str) -> tuple[bytes, bytes]:
    """How a file of drafts begins: for the school's key, and for its public key."""
    key, public = (f"bledger {CARRIED} {kind} {ledger_id}\n".encode() for kind in ("key", "pub"))
    return key, public


def _is_draft(raw: bytes) -> bool:
    return raw.startswith((FOR_KEY, FOR_PUBLIC))


def _digest(raw: bytes) -> str:
    """What tells one draft from another; nothing of it can be guessed from this."""
    digest = Hash(SHA256())
    digest.update(raw)
    return digest.finalize().hex()


def _as_json(draft: Draft) -> bytes:
    # ASCII, so that even bytes which were no text on the command line come back as they were.
    return json.dumps({"schema": SCHEMA, **asdict(draft)}).encode("ascii")


def _from_json(plain: bytes) -> Draft:
    said = json.loads(plain)
    if said.pop("schema") != SCHEMA:
        raise ValueError("a later release wrote this draft")
    return Draft(**said | {"argv": tuple(said["argv"])})


def _no_such(number: int) -> NoSuchDraft:
    return NoSuchDraft(f"there is no draft {number}: `bledger spool` lists them")


def _not_kept(why: Exception) -> NotKept:
    return NotKept(f"what was typed could not be kept as a draft either: {why}")
