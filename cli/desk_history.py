"""The lines that a person typed at the desk, sealed with the school's key; never a text."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger import disk

MOST = 500
HEAD = b"bledger desk history/1\n"  # then nonce, ciphertext
NONCE = 12


@dataclass(frozen=True, repr=False)
class History:
    """One person's lines, the oldest first; one that does not open counts as none."""

    folder: Path
    key: bytes
    user: str

    @property
    def path(self) -> Path:
        return self.folder / f"desk-{sha256(self.user.encode()).hexdigest()[:16]}.bin"

    @property
    def _place(self) -> bytes:
        """Nobody is shown another's lines, though the files were swapped."""
        return HEAD + self.user.encode()

    def lines(self) -> list[str]:
        with suppress(OSError, InvalidTag, ValueError):
            sealed = self.path.read_bytes().removeprefix(HEAD)
            plain = AESGCM(self.key).decrypt(sealed[:NONCE], sealed[NONCE:], self._place)
            return [str(line) for line in json.loads(plain)]
        return []

    def add(self, line: str) -> None:
        """Keep one more; where that cannot be, the desk goes on without."""
        # Read again: another desk of this person may have added to it.
        known = self.lines()
        if known[-1:] != [line]:
            with suppress(OSError):
                self._write([*known, line][-MOST:])

    def _write(self, lines: list[str]) -> None:
        nonce = os.urandom(NONCE)
        plain = json.dumps(lines).encode("ascii")
        sealed = HEAD + nonce + AESGCM(self.key).encrypt(nonce, plain, self._place)
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        disk.private(self.folder)
        part = self.path.with_name(f".{self.path.name}.{os.urandom(4).hex()}.part")
        try:
            disk.write_synced(part, sealed)
            os.replace(part, self.path)
        finally:
            with suppress(OSError):
                part.unlink()
