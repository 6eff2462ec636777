"""The school's key and what is derived from it; text that can be destroyed because its key can."""

from __future__ import annotations

import hashlib
import hmac
import os
from dataclasses import dataclass
from functools import cached_property

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

ROOT_BYTES = 32
_NONCE = 12
# A data key seals exactly one text, so its nonce may be fixed; a wrapped key has a random one.
_ONCE = bytes(_NONCE)


class CannotOpen(Exception):
    """A sealed text or its key does not open: it was changed, swapped, or belongs elsewhere."""


@dataclass(frozen=True, repr=False)
class SchoolKeys:
    """Everything secret follows from one 256-bit root, each part under its own label."""

    root: bytes

    def derived(self, label: str) -> bytes:
        """32 bytes for one use (HKDF-SHA256, RFC 5869, no salt, one block)."""
        extracted = hmac.digest(bytes(32), self.root, "sha256")
        return hmac.digest(extracted, f"behavior-ledger {label}".encode() + b"\x01", "sha256")

    @cached_property
    def _wrapping(self) -> AESGCM:
        return AESGCM(self.derived("key wrapping"))

    @cached_property
    def _fingerprint(self) -> bytes:
        return self.derived("fingerprint")

    @cached_property
    def check(self) -> str:
        """What `school.toml` keeps to tell a wrong key from a damaged file."""
        return hmac.digest(self.root, b"check", "sha256")[:8].hex()

    def fingerprint(self, text: bytes) -> bytes:
        """A digest that nobody can confirm a guess with who has not the school's key."""
        return hmac.digest(self._fingerprint, text, "sha256")

    def wrap(self, data_key: bytes, place: bytes) -> bytes:
        nonce = os.urandom(_NONCE)
        return nonce + self._wrapping.encrypt(nonce, data_key, place)

    def unwrap(self, wrapped: bytes, place: bytes) -> bytes:
        try:
            return self._wrapping.decrypt(wrapped[:_NONCE], wrapped[_NONCE:], place)
        except (InvalidTag, ValueError) as error:
            raise CannotOpen("the key of a sealed text does not open") from error


def new_root() -> bytes:
    return os.urandom(ROOT_BYTES)


def seal(text: bytes, place: bytes) -> tuple[bytes, bytes]:
    """(data key, ciphertext); `place` says where it stands, so that rows cannot be swapped."""
    data_key = os.urandom(32)
    return data_key, AESGCM(data_key).encrypt(_ONCE, text, place)


def unseal(data_key: bytes, sealed: bytes, place: bytes) -> bytes:
    try:
        return AESGCM(data_key).decrypt(_ONCE, sealed, place)
    except (InvalidTag, ValueError) as error:
        raise CannotOpen("a sealed text does not open") from error


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
