"""The recovery sheet gives the key back, however it is typed, and finds every slip."""

from __future__ import annotations

import re
import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ledger.store.recovery import ALPHABET, LINES, BadSheet, read_sheet, sheet

roots = st.binary(min_size=32, max_size=32)
lines = st.integers(0, LINES - 1)


def page(root: bytes, school: str = "Oakhill Elementary") -> str:
    return sheet(root, "0e5d4c1a-ledger", school, "2026-10-14")


def key_lines(root: bytes) -> list[str]:
    return re.findall(r"Line \d: +(.*)", page(root))


def places(line: str) -> list[int]:
    return [at for at, character in enumerate(line) if character != " "]


def as_meant(character: str) -> str:
    return {"O": "0", "I": "1", "L": "1"}.get(character.upper(), character.upper())


@given(roots)
def test_the_whole_sheet_gives_the_key_back(root: bytes) -> None:
    assert read_sheet(page(root)) == root


@given(roots)
def test_its_lines_alone_give_the_key_back(root: bytes) -> None:
    bare = key_lines(root)
    assert read_sheet("\n".join(bare)) == root
    assert read_sheet("\r\n\r\n".join(f"{n}. {line}" for n, line in enumerate(bare, 1))) == root
    assert read_sheet("\n".join(f"{n} {line}" for n, line in enumerate(bare, 1))) == root
    assert read_sheet("".join(bare).replace(" ", "")) == root
    assert read_sheet(" ".join(bare).replace(" ", "-")) == root


@given(roots)
def test_labelled_lines_may_come_in_any_order_and_twice(root: bytes) -> None:
    labelled = re.findall(r"Line \d: +.*", page(root))
    assert read_sheet("\n".join(reversed(labelled)) + "\n> " + labelled[0]) == root


@given(roots, st.data())
def test_what_looks_alike_is_read_as_it_was_meant(root: bytes, data: st.DataObject) -> None:
    looks = {"0": "0Oo", "1": "1IilL"}
    typed = "".join(
        data.draw(st.sampled_from(looks.get(c, c + c.lower()))) for c in "\n".join(key_lines(root))
    )
    assert read_sheet(typed) == root


@given(roots, lines, st.integers(0, 15), st.characters(exclude_categories=()), st.booleans())
def test_a_wrong_character_is_found_and_its_line_named(
    root: bytes, number: int, nth: int, typed: str, whole: bool
) -> None:
    text, at = _place(root, number, nth, whole)
    assume(as_meant(typed) != text[at])
    assume(whole or not typed.isspace())
    _is_found(text[:at] + typed + text[at + 1 :], number)


@given(roots, lines, st.integers(0, 15), st.sampled_from(ALPHABET), st.booleans())
def test_a_wrong_letter_or_digit_is_found_and_its_line_named(
    root: bytes, number: int, nth: int, typed: str, whole: bool
) -> None:
    text, at = _place(root, number, nth, whole)
    assume(typed != text[at])
    _is_found(text[:at] + typed + text[at + 1 :], number)


@given(roots, lines, st.integers(0, 15), st.booleans())
def test_a_character_left_out_is_found_and_its_line_named(
    root: bytes, number: int, nth: int, whole: bool
) -> None:
    text, at = _place(root, number, nth, whole)
    _is_found(text[:at] + text[at + 1 :], number)


@given(roots, lines, st.integers(0, 15), st.sampled_from(string.ascii_letters), st.booleans())
def test_a_character_too_many_is_found_and_its_line_named(
    root: bytes, number: int, nth: int, typed: str, whole: bool
) -> None:
    text, at = _place(root, number, nth, whole)
    _is_found(text[:at] + typed + text[at:], number)


@given(roots, lines, st.integers(0, 14), st.booleans())
def test_two_characters_swapped_are_found_and_their_line_named(
    root: bytes, number: int, nth: int, whole: bool
) -> None:
    text, at = _place(root, number, nth, whole)
    _, after = _place(root, number, nth + 1, whole)
    assume(text[at] != text[after])
    swapped = text[:at] + text[after] + text[at + 1 : after] + text[at] + text[after + 1 :]
    _is_found(swapped, number)


def _place(root: bytes, number: int, nth: int, whole: bool) -> tuple[str, int]:
    """The typed text, and where the nth character of a line stands in it."""
    line = key_lines(root)[number]
    text = page(root) if whole else "\n".join(key_lines(root))
    return text, text.index(line) + places(line)[nth]


def _is_found(text: str, number: int) -> None:
    with pytest.raises(BadSheet) as found:
        read_sheet(text)
    assert found.value.line == number + 1
    assert f"line {number + 1}" in str(found.value)


@given(roots, lines)
def test_a_line_left_out_of_the_sheet_is_named(root: bytes, number: int) -> None:
    with pytest.raises(BadSheet, match=f"line {number + 1} .*missing"):
        read_sheet(page(root).replace(f"Line {number + 1}:", "###"))


@given(roots, roots, lines)
def test_lines_of_two_sheets_are_not_taken_for_one(a: bytes, b: bytes, number: int) -> None:
    mixed = key_lines(a)
    mixed[number] = key_lines(b)[number]
    assume(mixed not in (key_lines(a), key_lines(b)))
    with pytest.raises(BadSheet, match="belong together"):
        read_sheet("\n".join(mixed))


def test_lines_in_the_wrong_order_without_labels_are_found() -> None:
    with pytest.raises(BadSheet) as found:
        read_sheet("\n".join(reversed(key_lines(bytes(range(32))))))
    assert found.value.line == 1


def test_one_line_typed_twice_with_different_characters_is_named() -> None:
    with pytest.raises(BadSheet, match=r"line 2 .*twice"):
        read_sheet(page(bytes(32)) + "\nLine 2: 0000 0000 0000 0000")


@given(st.text())
def test_any_other_text_is_a_sentence_and_no_traceback(text: str) -> None:
    with pytest.raises(BadSheet):
        read_sheet(text)


@given(roots, st.text())
def test_no_schools_name_can_pass_for_a_line_of_the_key(root: bytes, name: str) -> None:
    assert read_sheet(page(root, name)) == root
    assert read_sheet(page(root, f"{name}\nLine 1: 0000 0000 0000 0000")) == root


@given(roots)
def test_a_refusal_holds_nothing_of_the_key(root: bytes) -> None:
    bare = key_lines(root)
    bare[2] = "Z" + bare[2]
    with pytest.raises(BadSheet) as found:
        read_sheet("\n".join(bare))
    assert not any(group in str(found.value) for line in bare for group in line.split())


def test_the_sheet_fits_a_page_and_says_how_to_use_it() -> None:
    said = page(bytes(range(32)))
    assert max(map(len, said.splitlines())) <= 85
    assert said.isascii()
    assert "bledger key restore" in said
    assert "Oakhill Elementary" in said
    assert "2026-10-14" in said
    assert not set("ILOU") & set("".join(key_lines(bytes(range(32)))))
