"""Reads the definition of a column. https://developers.smartsheet.com/api/smartsheet/openapi/columns"""

from __future__ import annotations

from collections import Counter
from typing import Any

from sandbox.errors import ApiError
from sandbox.model.cell_parsing import check_attributes, check_type
from sandbox.model.cell_values import EMAIL, LARGEST_NUMBER
from sandbox.model.formula import check_column_formula
from sandbox.model.project_columns import PROJECT_TYPES
from sandbox.model.sheet import Column
from sandbox.model.state import State
from sandbox.model.symbols import CHECKBOX_SYMBOLS, PICKLIST_SYMBOLS

Json = Any

WRITABLE = {
    "autoNumberFormat",
    "contactOptions",
    "description",
    "format",
    "formula",
    "hidden",
    "index",
    "locked",
    "options",
    "primary",
    "symbol",
    "systemColumnType",
    "title",
    "type",
    "validation",
    "width",
}
READ_ONLY = {"id", "lockedForUser", "tags", "version"}
TYPES = ("CHECKBOX", "CONTACT_LIST", "DATE", "MULTI_CONTACT_LIST", "MULTI_PICKLIST", "PICKLIST", "TEXT_NUMBER")
TYPE_OF_SYSTEM_TYPE = {
    "AUTO_NUMBER": "TEXT_NUMBER",
    "CREATED_BY": "CONTACT_LIST",
    "CREATED_DATE": "DATETIME",
    "MODIFIED_BY": "CONTACT_LIST",
    "MODIFIED_DATE": "DATETIME",
}
LONGEST_TITLE = 50
LONGEST_AUTO_NUMBER = 40


def read_columns(state: State, definitions: Json) -> list[Column]:
    """Return the columns for a new sheet.

    Raises ApiError (1008, 1012, 1055-1060, 1077-1089, 1142, 1310) if the definitions aren't valid.
    """
    if not isinstance(definitions, list):
        raise ApiError(1008, 'Field "columns" was of unexpected type.')
    columns = [read_column(state, definition) for definition in definitions]
    if sum(column.primary for column in columns) != 1:
        raise ApiError(1055)
    if len({column.title for column in columns}) < len(columns):
        raise ApiError(1056)
    system_types = Counter(column.system_type for column in columns if column.system_type)
    if repeated := [kind for kind, count in system_types.items() if count > 1]:
        raise ApiError(1077, repeated[0])
    for column in columns:
        if column.formula:
            check_column_formula(column.formula, columns)
    return columns


def read_column(state: State, definition: Json, *, old: Column | None = None) -> Column:
    """Return a new column from its JSON. If the column replaces another one, this is `old`. A type that only project
    sheets have is allowed only if `old` has the same type. Raises ApiError if the JSON isn't valid. Doesn't compare the
    column with the sheet's other columns.
    """
    check_attributes("column", definition, allowed=WRITABLE, read_only=READ_ONLY)
    _check_types(definition)
    if not definition.get("title"):
        raise ApiError(1012, "column.title")
    column = Column(state.new_id(), definition["title"], _type(definition, old.type if old else None))
    column.tags = [*old.tags] if old else []
    column.primary = definition.get("primary") is True
    column.symbol = definition.get("symbol")
    column.system_type = definition.get("systemColumnType")
    column.options = list(dict.fromkeys(definition.get("options") or []))
    column.contact_options = definition.get("contactOptions") or []
    column.auto_number = definition.get("autoNumberFormat")
    for name in ("hidden", "locked", "validation", "width", "description", "formula", "format"):
        setattr(column, name, definition.get(name) or getattr(column, name))
    check_column(column)
    if column.auto_number:
        column.next_number = column.auto_number.get("startingNumber", 1)
        column.auto_number = {name: value for name, value in column.auto_number.items() if name != "startingNumber"}
    return column


def check_column(column: Column) -> None:
    """Raise ApiError (1031, 1041, 1057-1060, 1078, 1083, 1084, 1088, 1156, 1162, 1210, 1303) if attributes of the
    column don't fit together.
    """
    if len(column.title) > LONGEST_TITLE:
        raise ApiError(1041, "column.title", LONGEST_TITLE, len(column.title))
    if column.width < 0:
        raise ApiError(1031, column.width, "column.width")
    if column.primary and (column.type != "TEXT_NUMBER" or column.symbol or column.system_type):
        raise ApiError(1057)
    symbols = {"CHECKBOX": CHECKBOX_SYMBOLS, "PICKLIST": tuple(PICKLIST_SYMBOLS)}.get(column.type, ())
    if column.symbol and column.symbol not in symbols:
        raise ApiError(1058, column.symbol, column.type)
    if column.options and column.symbol:
        raise ApiError(1059)
    if column.options and column.type not in ("PICKLIST", "MULTI_PICKLIST"):
        raise ApiError(1060, column.type)
    if column.validation and (column.type == "TEXT_NUMBER" or column.system_type):
        raise ApiError(1210, column.type)
    if column.formula:
        _check_formula(column)
    if column.contact_options:
        _check_contact_options(column)
    if column.system_type and column.symbol:
        raise ApiError(1078, column.system_type, "symbol", column.symbol)
    if column.auto_number:
        _check_auto_number(column)


def _check_types(definition: dict[str, Json]) -> None:
    kinds: dict[str, type | tuple[type, ...]] = {
        "autoNumberFormat": dict,
        "contactOptions": list,
        "options": list,
        "index": int,
        "width": int,
    }
    for name in ("primary", "hidden", "locked", "validation"):
        kinds[name] = bool
    for name in ("title", "type", "symbol", "systemColumnType", "description", "formula", "format"):
        kinds[name] = str
    for name, kind in kinds.items():
        check_type(definition, name, kind)
    if any(not isinstance(option, str) for option in definition.get("options") or []):
        raise ApiError(1008, 'Field "options" was of unexpected type.')


def _type(definition: dict[str, Json], old: str | None) -> str:
    """Return the type in a column's JSON. The JSON of a system column can leave out the type.

    `old` is the type of the column that is replaced; None if the column is new. A type that only project sheets have is
    allowed only if `old` is the same type. Raises ApiError (1012, 1031, 1079, 1089, 1142) if the type isn't allowed.
    """
    kind, system_type = definition.get("type"), definition.get("systemColumnType")
    if system_type is not None and system_type not in TYPE_OF_SYSTEM_TYPE:
        raise ApiError(1031, system_type, "column.systemColumnType")
    if system_type:
        if kind not in (None, TYPE_OF_SYSTEM_TYPE[system_type]):
            raise ApiError(1079, kind, system_type)
        return TYPE_OF_SYSTEM_TYPE[system_type]
    if kind is None:
        raise ApiError(1012, "column.type")
    if kind in PROJECT_TYPES and kind == old:
        return str(kind)
    if kind in PROJECT_TYPES:
        raise ApiError(1142, kind)
    if kind == "DATETIME":
        raise ApiError(1089)
    if kind not in TYPES:
        raise ApiError(1031, kind, "column.type")
    return str(kind)


def _check_formula(column: Column) -> None:
    if not (column.formula or "").startswith("="):
        raise ApiError(1162)
    if column.system_type:
        raise ApiError(1303)


def _check_contact_options(column: Column) -> None:
    if column.type not in ("CONTACT_LIST", "MULTI_CONTACT_LIST"):
        raise ApiError(1032, "column.contactOptions")
    for option in column.contact_options:
        check_attributes("contactOption", option, allowed={"email", "name"}, read_only=set())
        for name in ("email", "name"):
            check_type(option, name, str)
        if not EMAIL.fullmatch(option.get("email") or ""):
            raise ApiError(1156)


def _check_auto_number(column: Column) -> None:
    form = column.auto_number or {}
    if column.system_type != "AUTO_NUMBER":
        raise ApiError(1083, column.title)
    check_attributes("autoNumberFormat", form, allowed={"prefix", "suffix", "fill", "startingNumber"}, read_only=set())
    for name in ("prefix", "suffix", "fill"):
        check_type(form, name, str)
    fill, first = form.get("fill") or "", form.get("startingNumber", 1)
    if not isinstance(first, int) or abs(first) > LARGEST_NUMBER or not set(fill) <= {"0"} or len(fill) > 10:
        raise ApiError(1084)
    text = f"{form.get('prefix') or ''}{fill}{form.get('suffix') or ''}"
    if len(text) > LONGEST_AUTO_NUMBER:
        raise ApiError(1088, text, len(text))
