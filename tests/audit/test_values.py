"""The log's pages show values as readable text, for example a checked box as “✓ checked”."""

import json

import pytest

from audit.recording import Json, canonical
from audit.templatetags.audit_log import difference, in_words, initials
from audit.values import differences, human, human_pair, short_places

BOB = {"objectType": "CONTACT", "email": "bob@example.com", "name": "Bob Baker"}
LONG = " ".join(f"word{number}" for number in range(400))


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, ""),
        ("Done", "Done"),
        (" padded ", "“ padded ”"),
        (True, "✓ checked"),
        (False, "unchecked"),
        (1250.5, "1250.5"),
        ("2026-11-23", "2026-11-23"),
        (BOB, "Bob Baker <bob@example.com>"),
        ({"objectType": "CONTACT", "email": "bob@example.com"}, "bob@example.com"),
        ({"objectType": "CONTACT", "email": "bob@example.com", "name": "bob@example.com"}, "bob@example.com"),
        ({"objectType": "MULTI_CONTACT", "values": [BOB, {"email": "a@b.c"}]}, "Bob Baker <bob@example.com>, a@b.c"),
        ({"objectType": "MULTI_PICKLIST", "values": ["Red", "Blue"]}, "Red, Blue"),
        ({"objectType": "DURATION", "days": 2}, '{"days": 2, "objectType": "DURATION"}'),
        ({"Task": "Pour", "Done": True, "Who": BOB}, "Done: ✓ checked; Task: Pour; Who: Bob Baker <bob@example.com>"),
        ({"email": "bob@example.com", "Task": "Pour"}, "Task: Pour; email: bob@example.com"),
        ({"objectType": "CONTACT", "email": "bob@example.com", "imageId": "u!1"}, "bob@example.com"),
        ({}, ""),
        ([1, None], "1, empty"),
    ],
)
def test_a_value_reads_as_people_say_it(value: Json, words: str) -> None:
    assert human(canonical(value)) == words


def test_a_number_and_its_text_differ() -> None:
    assert human_pair("5", '"5"') == ("5", '"5"')
    assert human_pair('"5"', '"6"') == ("5", "6")


def test_short_values_are_marked_whole() -> None:
    assert difference('"Open"', '"Done"') == (
        '<del class="was text-break">Open</del>'
        ' <i class="bi bi-arrow-right text-secondary" aria-hidden="true"></i> '
        '<ins class="is text-break">Done</ins>'
    )


def test_alike_texts_are_marked_by_word() -> None:
    kinds = [
        (piece.kind, piece.text)
        for piece in differences("Pour the north foundation today", "Pour the south foundation now")
    ]
    assert kinds == [
        ("kept", "Pour the "),
        ("removed", "north "),
        ("added", "south "),
        ("kept", "foundation "),
        ("removed", "today"),
        ("added", "now"),
    ]


@pytest.mark.parametrize(("old", "new"), [(None, '"Done"'), ('"Open"', None), ('"Open"', '""')])
def test_an_empty_cell_is_called_empty(old: str | None, new: str | None) -> None:
    assert "empty" in difference(old, new)
    assert ("<del" in difference(old, new)) is (old is not None)
    assert ("<ins" in difference(old, new)) is (new == '"Done"')
    assert in_words(None) == '<span class="text-secondary fst-italic">empty</span>'


def test_a_long_text_is_shortened_around_its_changes() -> None:
    short = difference(canonical(LONG), canonical(LONG.replace("word200", "other")))
    assert '<del class="was text-break">word200</del> <ins class="is text-break">other</ins> ' in short
    assert len(short) < 500
    assert "word100" in difference(canonical(LONG), canonical(LONG.replace("word200", "other")), whole=True)


def test_an_entirely_different_long_text_is_shortened_too() -> None:
    assert len(difference(canonical("a" * 4000), canonical("b" * 4000))) < 2000
    assert "a" * 4000 in difference(canonical("a" * 4000), canonical("b" * 4000), whole=True)


def test_the_worst_texts_are_compared_in_time() -> None:
    differences("x " * 2000, "x y " * 1000)
    differences(LONG, LONG[::-1])


def test_values_are_escaped() -> None:
    assert difference('"<b>"', '"<i>"') == (
        '<del class="was text-break">&lt;b&gt;</del>'
        ' <i class="bi bi-arrow-right text-secondary" aria-hidden="true"></i> '
        '<ins class="is text-break">&lt;i&gt;</ins>'
    )


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Alice Archer", "AA"),
        ("Alice van Archer", "AA"),
        ("Cher", "C"),
        ("Bob Bob", "BB"),
        ("", ""),
        ("élan vital", "ÉV"),
    ],
)
def test_initials(name: str, letters: str) -> None:
    assert initials(name) == letters


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ('{"toTop":true}', "the top of the sheet"),
        ('{"toBottom":true}', "the bottom of the sheet"),
        ('{"siblingId":7}', "below the row with id 7"),
        ('{"above":true,"siblingId":7}', "above the row with id 7"),
        ('{"parentId":7}', "the first child row of the row with id 7"),
        ('{"parentId":7,"toBottom":true}', "the last child row of the row with id 7"),
        ('{"parentId":null,"rowNumber":3,"siblingId":null}', "row 3"),
        (
            '{"parentId":7,"rowNumber":3,"siblingId":8}',
            "row 3, a child row of the row with id 7, after the row with id 8",
        ),
        ('{"parentId":7,"rowNumber":3}', "row 3, a child row of the row with id 7"),
        ('{"Notes":"toTop","toTop":true}', "Notes: toTop; toTop: ✓ checked"),
    ],
)
def test_places_of_rows_are_told_in_words(place: str, words: str) -> None:
    assert human(place) == words


def _moved(number: int, parent: int | None, sibling: int | None) -> str:
    return json.dumps({"parentId": parent, "rowNumber": number, "siblingId": sibling})


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (_moved(5, 7, 8), _moved(4, 7, 9), ("row 5", "row 4")),
        (_moved(5, None, 8), _moved(5, 8, None), ("row 5, at the top level", "row 5, a child row")),
        (_moved(5, 7, 8), _moved(5, 7, 9), None),
        (_moved(5, 7, 8), _moved(6, 9, None), ("row 5, a child row", "row 6, a child row")),
        (_moved(5, 7, 8), '{"parentId":7}', None),
        (_moved(5, 7, 8), None, None),
        ('"row 5"', '"row 4"', None),
    ],
)
def test_places_are_short_on_the_log(old: str, new: str | None, words: tuple[str, str] | None) -> None:
    assert short_places(old, new) == words
