"""A process that records incidents by key and writes down each that was acknowledged.

`python writer.py FOLDER NAME COUNT [too-soon]`; `too-soon` acknowledges before it records, which
is what the tests have to catch.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from made import TEACHER, a_report, open_ledger

from ledger.domain.incident import INCIDENT


def main(folder: str, name: str, count: str, too_soon: str = "") -> None:
    ledger = open_ledger(Path(folder, "ledger.db"))
    acknowledged = os.open(Path(folder, f"{name}.ack"), os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    for number in range(int(count)):
        key = f"{name}:{number}"
        if too_soon:
            os.write(acknowledged, f"{key} 0\n".encode())
        id = ledger.id_for("incident", key)
        said = "What was seen." if number % 2 else None
        done = ledger.do(INCIDENT, id, a_report(number, said), TEACHER, key=key)
        if not too_soon:
            os.write(acknowledged, f"{key} {done.events[0].position}\n".encode())
    ledger.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
