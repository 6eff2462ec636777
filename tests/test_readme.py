"""The README tells the truth: every `$ bledger` line in it runs, and shows what it says."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cli import COMMANDS, Desk, run

README = Path(__file__).parents[1] / "README.md"
NOW = datetime(2026, 11, 23, 20, 15, tzinfo=UTC)
TYPED = {  # what stands on standard input of a line that reads it
    "--saw -": "Threw a tray after P2 took the seat.\n",
    "--told -": "P1 hit the table before that.\n",
    "--pupil-says -": "I was cold and nobody came.\n",
    "--concern -": "Leaves the group when the class changes rooms.\n",
    "--text -": "Works best with something in his hands.\n",
}


def told() -> Iterator[tuple[str, list[str]]]:
    """(command line, the lines that it prints) in the README's order."""
    for block in re.findall(r"```console\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            line, *printed = part.rstrip("\n").split("\n")
            yield line, printed


def shown_files() -> Iterator[tuple[str, str]]:
    """(name, text) of the files that the README shows: their block says the name."""
    blocks = r"```\w+ (\S+)\n(.*?)```"
    return iter(re.findall(blocks, README.read_text(encoding="utf-8"), re.DOTALL))


def test_every_line_of_the_readme_does_what_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    base = {"BLEDGER_DATA": "data", "BLEDGER_KEY_FILE": "school.key", "BLEDGER_USER": "specialist"}
    env = base | {"BLEDGER_SPOOL": str(tmp_path / "spool")}
    for name, text in shown_files():
        (tmp_path / name).write_text(text, encoding="utf-8")
    for line, printed in told():
        line, _, file = line.partition(" < ")
        words = shlex.split(line)
        own = dict(word.split("=", 1) for word in words[: words.index("bledger")])
        typed = next((text for flag, text in TYPED.items() if flag in line), "")
        typed = Path(file).read_text(encoding="utf-8") if file else typed
        monkeypatch.setattr("sys.stdin", _stdin(typed))
        code = run(words[words.index("bledger") + 1 :], Desk(env | own, lambda: NOW))
        seen = capsys.readouterr()
        wanted = _wanted_code(printed)
        assert code == wanted, f"{line}: exit {code}\n{seen.err}{seen.out}"
        shown, said = (printed[1:], seen.err) if wanted else (printed, seen.out)
        if shown or not wanted:
            assert _fits(shown, said), f"{line} printed:\n{said}"


def test_every_command_is_in_the_readme() -> None:
    shown = {re.split(r"bledger ", line)[1].split()[0] for line, _ in told()}
    assert set(COMMANDS) - {"init", "restore"} <= shown


def _stdin(text: str) -> object:
    import io

    return io.TextIOWrapper(io.BytesIO(text.encode()), encoding="utf-8")


def _wanted_code(printed: list[str]) -> int:
    """`? exit 5` stands where a line is refused; what it says then may follow."""
    match = re.fullmatch(r"\? exit (\d+)", printed[0]) if printed else None
    return int(match[1]) if match else 0


def _fits(printed: list[str], seen: str) -> bool:
    """Whether the output is as told; … stands for anything in a line, alone for any lines."""
    pattern = ""
    for line in printed:
        if line == "…":
            pattern += r"(?:.*\n)*"
        else:
            pattern += re.escape(line).replace("…", ".*") + r" *\n"
    return re.fullmatch(pattern, seen if seen.endswith("\n") else seen + "\n") is not None
