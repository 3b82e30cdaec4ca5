"""Creates random sheets in the form of the API's answers. Their sizes are those that the benchmark compares."""

from __future__ import annotations

import random
from typing import Any

SIZES = {"1000x20": (1_000, 20), "20000x25": (20_000, 25), "10000x50": (10_000, 50), "1250x400": (1_250, 400)}
TYPES = ["TEXT_NUMBER", "TEXT_NUMBER", "DATE", "CHECKBOX", "PICKLIST", "CONTACT_LIST", "TEXT_NUMBER"]
STATES = ["Not started", "In progress", "Complete"]


def sheet(rows: int, columns: int) -> dict[str, Any]:
    """Create a sheet with a hierarchy of three levels, and with columns of all common types."""
    types = ["TEXT_NUMBER" if place == 0 else TYPES[place % len(TYPES)] for place in range(columns)]
    return {
        "id": "1",
        "name": "Sheet",
        "total_rows": rows,
        "why_not": {"change": None, "add": None, "delete": None},
        "columns": [_column(place, kind) for place, kind in enumerate(types)],
        "rows": [_row(number, types) for number in range(rows)],
    }


def _column(place: int, kind: str) -> dict[str, Any]:
    return {
        "id": str(1000 + place),
        "title": f"Column {place}",
        "type": kind,
        "is_primary": place == 0,
        "is_hidden": False,
        "options": STATES if kind == "PICKLIST" else [],
        "contacts": [],
        "symbol": "",
        "description": "",
        "formula": "",
        "format": "",
        "width": 110 if place else 220,
        "is_validated": False,
        "why_read_only": None,
    }


def _row(number: int, types: list[str]) -> list[Any]:
    top, middle = number // 20 * 20, number // 5 * 5
    parent = None if number == top else top if number == middle or middle == top else middle
    cells = [_value(number, place, kind) for place, kind in enumerate(types)]
    return [str(10**15 + number), number + 1, parent and str(10**15 + parent), False, cells, True, None, None]


def _value(number: int, place: int, kind: str) -> Any:
    chance = random.Random(number * 1000 + place)  # makes the same sheet in each run
    if place == 0:
        return f"Task {number}"
    match kind:
        case "DATE":
            return f"2026-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
        case "CHECKBOX":
            return chance.random() < 0.5
        case "PICKLIST":
            return chance.choice(STATES)
        case "CONTACT_LIST":
            return f"person{chance.randint(1, 40)}@example.com"
        case _:
            return chance.randint(0, 9999) if place % 7 == 1 else f"Text {number}-{place}"
