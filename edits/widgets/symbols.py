"""Renders symbols as HTML. symbols.css draws the symbols. A symbol's word is shown when the mouse is over the symbol,
and is read by screen readers.
"""

from __future__ import annotations

from functools import cache

from django.utils.html import format_html
from django.utils.safestring import SafeString

from edits.sheets import symbols
from edits.sheets.sheet import Cell, Column


def drawing(column: Column, cell: Cell) -> str:
    """Return the cell's symbol as HTML; "" if it has none."""
    word = symbols.word(column.symbol, cell.value)
    return _drawn(column.symbol, "true" if cell.value is True else word, word) if word else ""


def picture(symbol: str, value: str) -> SafeString:
    """Return a symbol as HTML, to be shown next to its word. `symbol` is the column's set of symbols. `value` says
    which of them to show.
    """
    return _drawn(symbol, value, "")


def beside_word(symbol: str, value: object) -> str:
    """Return the symbol of a cell's value as HTML, to be shown next to its word; "" if the value has no symbol."""
    word = symbols.word(symbol, value)
    return picture(symbol, "true" if value is True else word) if word else ""


@cache
def _drawn(symbol: str, value: str, word: str) -> SafeString:
    if not word:
        return format_html(
            '<span class="symbol" data-symbol="{}" data-value="{}" aria-hidden="true"></span>', symbol, value
        )
    return format_html(
        '<span class="symbol" data-symbol="{}" data-value="{}" title="{}">'
        '<span class="visually-hidden">{}</span></span>',
        *(symbol, value, word, word),
    )
