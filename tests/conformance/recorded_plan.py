"""Which recorded questions are put to the sandbox, in which surroundings, and where an answer may differ and why.

`adds` and `lacks` hold `path: kind` → reason. The numbers are those of the recordings.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.conformance.surroundings import Surroundings

TEXT = "TEXT_NUMBER"
FRUIT = {101: {"value": "Apple"}, 102: {"value": "Red Fruit"}}

SHEET_ID = {"result[].sheetId: number": "younger recordings of the same operation have it"}
SIBLING = {"result[].siblingId: number": "recorded for the same request elsewhere: a row that is not the first has it"}


@dataclass(frozen=True)
class Question:
    """One recording to compare with."""

    prepare: Callable[[Surroundings], None]
    adds: Mapping[str, str] = field(default_factory=dict)
    lacks: Mapping[str, str] = field(default_factory=dict)


def nothing(around: Surroundings) -> None:
    """The seed is enough."""


def empty_sheet(around: Surroundings) -> None:
    around.sheet(1, {101: TEXT, 102: TEXT})


def two_rows(around: Surroundings) -> None:
    around.sheet(1, {101: TEXT, 102: TEXT}, {10: FRUIT, 11: FRUIT})


def one_row(around: Surroundings) -> None:
    around.sheet(1, {101: TEXT, 102: TEXT}, {10: FRUIT})


def numbers_to_sum(around: Surroundings) -> None:
    cells = {number: {102: {"value": number}} for number in range(1, 5)}
    around.sheet(1, {101: TEXT, 102: TEXT}, cells | {11: {101: {"value": 0}}})


def three_sheets(around: Surroundings) -> None:
    one_row(around)
    around.sheet(2, {201: TEXT})
    around.sheet(3, {301: TEXT})


def single(kind: str, **cell: object) -> Callable[[Surroundings], None]:
    def prepare(around: Surroundings) -> None:
        around.sheet(1, {101: TEXT, 100: kind} if kind != TEXT else {101: TEXT}, {10: {101: cell}})

    return prepare


def linked_cell(around: Surroundings) -> None:
    around.sheet(1, {101: TEXT}, {10: {101: {"value": "to be linked"}}})
    around.sheet(2, {201: TEXT}, {20: {201: {"value": "new value"}}})
    link = {"sheetId": around.known[2], "rowId": around.known[20], "columnId": around.known[201]}
    cell = {"columnId": around.known[101], "value": None, "linkInFromCell": link}
    around.made("PUT", f"/sheets/{around.known[1]}/rows", [{"id": around.known[10], "cells": [cell]}])


def ticked(around: Surroundings) -> None:
    around.sheet(1, {100: TEXT, 101: "CHECKBOX"}, {10: {101: {"value": True}}})


QUESTIONS: dict[str, Question] = {
    "Add Rows - Assign Values - String": Question(empty_sheet, SHEET_ID | SIBLING),
    "Add Rows - Assign Values - Int": Question(empty_sheet, SHEET_ID),
    "Add Rows - Assign Values - Bool": Question(empty_sheet, SHEET_ID),
    "Add Rows - Assign Formulae": Question(numbers_to_sum, SHEET_ID | SIBLING),
    "Add Rows - Assign Values - Hyperlink": Question(empty_sheet, SHEET_ID),
    "Add Rows - Assign Values - Hyperlink SheetID": Question(three_sheets, SHEET_ID | SIBLING),
    "Add Rows - Invalid - Assign Value and Formulae": Question(empty_sheet),
    "Add Rows - Invalid - Assign Hyperlink URL and SheetId": Question(three_sheets),
    "Add Rows - Location - Top": Question(one_row, SHEET_ID),
    "Add Rows - Location - Bottom": Question(one_row, SHEET_ID | SIBLING),
    "Update Rows - Assign Values - String": Question(two_rows, SIBLING),
    "Update Rows - Assign Values - Int": Question(two_rows),
    "Update Rows - Assign Values - Bool": Question(two_rows),
    "Update Rows - Assign Formulae": Question(numbers_to_sum, SIBLING),
    "Update Rows - Assign Values - Hyperlink": Question(two_rows),
    "Update Rows - Assign Values - Hyperlink SheetID": Question(three_sheets),
    "Update Rows - Invalid - Assign Value and Formulae": Question(two_rows),
    "Update Rows - Invalid - Assign Hyperlink URL and SheetId": Question(three_sheets),
    "Update Rows - Clear Value - Text Number": Question(single(TEXT, value="text")),
    "Update Rows - Clear Value - Checkbox": Question(ticked),
    "Update Rows - Clear Value - Hyperlink": Question(
        single(TEXT, value="Google", hyperlink={"url": "http://google.com"})
    ),
    "Update Rows - Clear Value - Cell Link": Question(linked_cell),
    "Update Rows - Invalid - Assign Hyperlink and Cell Link": Question(linked_cell),
    "Update Rows - Location - Top": Question(one_row),
    "Update Rows - Location - Bottom": Question(one_row),
}
NOT_ASKED: dict[str, str] = {}
