"""Explains the errors that Smartsheet shows instead of a formula's result.

https://help.smartsheet.com/articles/2476176-formula-error-messages
"""

from __future__ import annotations

import re

from edits.sheets.sheet import Cell, Json

MEANINGS = {
    "#BLOCKED": "The formula uses a cell that has an error.",
    "#BOOLEAN EXPECTED": "The formula is in a column of check boxes, and its result is neither checked nor unchecked.",
    "#CALCULATING": "Smartsheet is still calculating.",
    "#CIRCULAR REFERENCE": "The formula uses its own result, directly or through other formulas.",
    "#CONTACT EXPECTED": "The formula is in a contact column, and its result isn't a contact.",
    "#DATE EXPECTED": "The formula is in a date column, and its result isn't a date.",
    "#DIVIDE BY ZERO": "The formula divides by zero.",
    "#IMBALANCE": "The formula has a bracket or quotation mark that isn't closed, or one that isn't opened.",
    "#INCORRECT ARGUMENT": "A function in the formula got a value that the function doesn't accept.",
    "#INCORRECT ARGUMENT SET": "A function in the formula got too few, too many or unsuitable values.",
    "#INVALID COLUMN VALUE": "This column doesn't accept the result of the formula.",
    "#INVALID DATA TYPE": "The formula calculates with a value of another kind, such as a text instead of a number.",
    "#INVALID OPERATION": "The formula has an operator that Smartsheet doesn't know, or that doesn't suit its values.",
    "#INVALID REF": "The formula names a range of another sheet, but this range doesn't exist.",
    "#INVALID VALUE": "A function in the formula got a number that is too small or too large for it.",
    "#NESTED CRITERIA": "A criterion in the formula contains another criterion.",
    "#NO MATCH": "The formula searches for a value, but no cell has this value.",
    "#NUMBER EXPECTED": "A function in the formula needs a number, and got something else.",
    "#OVERFLOW": "The result is larger than any number that Smartsheet can store.",
    "#PERMISSION ERROR": "The person who made the link to the other sheet can no longer read that sheet.",
    "#REF": "The formula names a cell, column or range that was deleted.",
    "#UNPARSEABLE": "Smartsheet can't read the formula: a word in it, a bracket or a quotation mark is wrong.",
    "#UNSUPPORTED CROSS-SHEET FORMULA": "A function in the formula doesn't work with ranges of other sheets.",
}


UNKNOWN = "Smartsheet can't calculate this."
ERROR = re.compile(r"(?P<name>#[A-Z][A-Z -]*[A-Z])(\.\.\.|…)?")


def is_error(value: Json) -> bool:
    """Whether a value is the text of one of Smartsheet's errors. Perhaps a person typed this text."""
    match = ERROR.fullmatch(value) if isinstance(value, str) else None
    return match is not None and match["name"] in MEANINGS


def meaning(cell: Cell) -> str:
    """Return a sentence that explains the error in a calculated or linked cell; "" if there is no error. A typed text
    doesn't count as an error.
    """
    is_calculated = bool(cell.formula) or cell.is_link
    match = ERROR.fullmatch(cell.value) if is_calculated and isinstance(cell.value, str) else None
    return MEANINGS.get(match["name"], UNKNOWN) if match else ""
