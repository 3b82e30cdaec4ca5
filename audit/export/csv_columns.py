"""The SQL of the CSV's columns. The CSV has people's names, and values as people typed them. A spreadsheet can't run
any text of the CSV as a formula.
"""

import re
from dataclasses import dataclass

from django.db import connection

_SIGNS = "=+-@＝＋－＠"
# A spreadsheet can run a text as a formula if it begins with one of these.
_FORMULA = ", ".join(str(ord(sign)) for sign in f"{_SIGNS}\t\r\n")
# Blanks and invisible characters: a spreadsheet can skip them at the beginning of a text. NUL isn't included, because
# texts in PostgreSQL can't contain it.
_SKIPPED = "".join(
    chr(code)
    for codes in (
        *(range(0x01, 0x21), range(0x7F, 0xA1), [0xAD, 0x1680, 0x180E], range(0x2000, 0x2010)),
        *(range(0x2028, 0x2030), range(0x205F, 0x2065), range(0x2066, 0x2070), [0x3000, 0xFEFF]),
    )
    for code in codes
)
# A spreadsheet can split a line at these characters, whatever the file says: Excel splits at semicolons in many
# countries, and then ignores the quotes of all cells but the first. So a formula can begin after any of these
# characters. In JSON, only the semicolon is treated like this: JSON's strings have no line breaks and tabs, and a quote
# mark after a comma would make a list of negative numbers invalid.
_SPLITS, _SPLITS_JSON = ";,\t\r\n", ";"
_BEFORE_SIGN = _SKIPPED + "\"'" + chr(92) * 2  # `\\` is a backslash in a set of a regular expression
_PERSON = {"person": "who.name", "email": "who.email", "person_id": "entry.actor_id", "region": "entry.region"}
_PLAIN = (
    "action",
    "phase",
    "origin",
    "sheet_id",
    "sheet_name",
    "row_id",
    "row_label",
    "column_id",
    "column_title",
    "old",
    "new",
    "reason",
    "message",
    "error_code",
    "ref_id",
    "subject",
    "evidence",
    "edit_id",
    "line",
    "refers_to",
    "request_id",
    "ip",
    "user_agent",
    "via",
)
_VALUES = ("old", "new")
_JSON = ("evidence", "via")
_FREE_TEXTS = frozenset(
    ("action", "subject", "sheet_name", "row_label", "column_title", "reason", "message", "ref_id", "user_agent")
)


@dataclass(frozen=True, slots=True)
class _Dialect:
    """The SQL expressions that differ between SQLite and PostgreSQL."""

    at: str  # the time in UTC, in a format that spreadsheets recognise
    code: str  # the code of the first character of a text
    has: str  # whether a text contains a part
    text_of: str  # the text in a JSON string, without quotes and escapes
    part: str  # the item at an index of a JSON list
    marked: str  # the text, with a quote mark before each formula sign that a pattern finds


_DIALECTS = {
    "postgresql": _Dialect(
        at="entry.at AT TIME ZONE 'UTC'",
        code="ascii({text})",
        has="strpos({text}, '{part}') > 0",
        text_of="(({json})::json #>> '{{}}')",
        part="({json}::json ->> {place})",
        marked=r"regexp_replace({text}, '{pattern}', '\1''\2', 'g')",
    ),
    "sqlite": _Dialect(
        at="entry.at || ''",
        code="unicode({text})",
        has="instr({text}, '{part}') > 0",
        text_of="json_extract({json}, '$')",
        part="json_extract({json}, '$[{place}]')",
        marked="audit_marked({text}, '{pattern}')",
    ),
}


def columns() -> dict[str, str]:
    """Map the title of each column to the column's SQL. Pass this SQL to chain_rows.query, together with joins()."""
    dialect = _DIALECTS[connection.vendor]
    place = {"seq": "link.seq", "entry": "entry.id", "at_utc": dialect.at}
    return place | _PERSON | {column: _cell(dialect, column) for column in _PLAIN}


def joins() -> str:
    """The SQL joins that find people's names and the clear texts of committed values. Erased names and texts are NULL.

    A commitment in a value is canonical JSON: {"hmac":"<64 digits>","objectType":"COMMITMENT"}.
    """
    dialect = _DIALECTS[connection.vendor]
    name, email = (_defused(dialect, dialect.part.format(json="text", place=place)) for place in (0, 1))
    values = [
        f"""
        LEFT JOIN audit_personaltext AS clear_{value} ON clear_{value}.erased_at IS NULL AND clear_{value}.commitment =
            CASE WHEN entry.{value} LIKE '{{"hmac":"%%' THEN substr(entry.{value}, 10, 64) END"""
        for value in _VALUES
    ]
    return f"""
        LEFT JOIN (
            WITH names AS MATERIALIZED (
                SELECT commitment, {name} AS name, {email} AS email FROM audit_personaltext
                WHERE kind = 'actor' AND erased_at IS NULL
            ) SELECT * FROM names
        ) AS who ON who.commitment = entry.actor {"".join(values)}"""  # noqa: S608 # our own names


def _cell(dialect: _Dialect, column: str) -> str:
    if column in _VALUES:
        return _value(dialect, f"coalesce(clear_{column}.text, entry.{column})")
    if column in _JSON:
        return _marked(dialect, f"entry.{column}", splits=_SPLITS_JSON)
    return _defused(dialect, f"entry.{column}") if column in _FREE_TEXTS else f"entry.{column}"


def marked(text: str | None, pattern: str) -> str | None:
    """Return the text with a quote mark before each formula sign that `pattern` finds. Queries on SQLite call this
    function under the name audit_marked().
    """
    # The sign is optional here, so each run of blanks is read only once. Otherwise a text of 40,000 line breaks would
    # take half a minute.
    return re.sub(f"{pattern}?", _with_mark, text) if isinstance(text, str) else text


def _with_mark(found: re.Match[str]) -> str:
    before, sign = found.groups()
    return f"{before}'{sign}" if sign else before


def _marked(dialect: _Dialect, text: str, *, splits: str) -> str:
    """The SQL that makes formulas in the middle of a text harmless. A spreadsheet can split a text at the characters in
    `splits`. If a part then begins with a formula sign, the SQL puts a quote mark before the sign.
    """
    pattern = f"([{splits}][{_BEFORE_SIGN}]*)([{_SIGNS.replace('-', '')}-])".replace("'", "''")
    return dialect.marked.format(text=text, pattern=pattern)


def _defused(dialect: _Dialect, text: str) -> str:
    marked = _marked(dialect, text, splits=_SPLITS)
    first, seen = (dialect.code.format(text=one) for one in (text, f"ltrim({text}, '{_SKIPPED}')"))
    return f"CASE WHEN {first} IN ({_FORMULA}) OR {seen} IN ({_FORMULA}) THEN '''' || {marked} ELSE {marked} END"


def _value(dialect: _Dialect, json: str) -> str:
    """The SQL that turns a value from JSON into the text of a CSV cell. A text loses its JSON quotes. Two kinds of
    values stay JSON: values that aren't texts, and texts with an escape that a text column can't store. Only texts can
    run as formulas, so a number such as -0.75 gets no quote mark.

    In a value that stays JSON, the quote mark before a formula is inside of a JSON string, so the JSON stays valid. The
    most frequent cases need the least work: an empty cell stays NULL, and a text without escapes only loses its first
    and last character.
    """
    first = dialect.code.format(text=json)
    is_escaped, is_special = (dialect.has.format(text=json, part=part) for part in ("\\", "\\u"))
    unescaped = _defused(dialect, dialect.text_of.format(json=json))
    return f"""
        CASE WHEN {json} IS NULL THEN NULL
        WHEN {first} <> {ord('"')} OR {is_special} THEN {_marked(dialect, json, splits=_SPLITS_JSON)}
        WHEN {is_escaped} THEN {unescaped}
        ELSE {_defused(dialect, f"substr({json}, 2, length({json}) - 2)")} END"""
