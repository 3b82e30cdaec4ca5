"""Reads sheets with a filter of Smartsheet, and raises FilterGone if Smartsheet doesn't apply the filter.

If a sheet is read with the id of a filter (filterId), Smartsheet's answer says for each row whether the filter hides
the row. So a filter needs no extra call. The filter shows the same rows that it shows in Smartsheet to the person whose
token is used. Smartsheet's documentation doesn't say what happens if the person can't use the filter: Smartsheet could
refuse the request, or ignore the filter. So this module expects both.
https://developers.smartsheet.com/api/smartsheet/openapi/sheets/getsheet
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager

from edits.forms.definition import ChosenFilter
from edits.gateway.client import Gateway
from edits.gateway.errors import Forbidden, JsonObject, NotFound, Refused
from edits.sheets.sheet import Row

SHARED = "SHARED"
GONE = (
    "The form shows only rows that the sheet’s filter “{name}” shows. Smartsheet doesn’t apply this filter for you: it"
    " was deleted, or it isn’t shared with everybody who can open the sheet."
)


class FilterGone(Forbidden):
    """Smartsheet doesn't apply the form's filter for this person, so the form has no rows for them."""

    def __init__(self, chosen: ChosenFilter) -> None:
        super().__init__(GONE.format(name=chosen.name))


@contextmanager
def applying(gateway: Callable[[], Gateway], sheet_id: int, chosen: ChosenFilter | None) -> Iterator[None]:
    """Raise FilterGone if a read of the sheet in the `with` block fails because of the filter.

    If a read fails, one more call with the gateway finds out whether the person can use the filter.
    """
    try:
        yield
    except (NotFound, Refused) as error:
        if chosen and chosen.id not in {one["id"] for one in gateway().filters(sheet_id)}:
            raise FilterGone(chosen) from error
        raise


def require_applied(rows: Iterable[Row | JsonObject], chosen: ChosenFilter | None) -> None:
    """Raise FilterGone if Smartsheet didn't apply the filter. If Smartsheet applied the filter, each row says whether
    the filter hides it.
    """
    if chosen and not all(_is_applied(row) for row in rows):
        raise FilterGone(chosen)


def why_not_usable(filters: Iterable[Mapping[str, object]], chosen: ChosenFilter) -> str:
    """Return why people can't use the filter; "" if they can. `filters` has the filters that the designer can use."""
    found = next((one for one in filters if one["id"] == chosen.id), None)
    if found is None:
        return f"The filter “{chosen.name}” was deleted in Smartsheet, or isn’t shared with everybody any more."
    if found.get("filterType") != SHARED:
        return f"The filter “{chosen.name}” is personal: only its owner can use it."
    return ""


def _is_applied(row: Row | JsonObject) -> bool:
    return isinstance(row.is_filtered_out if isinstance(row, Row) else row.get("filteredOut"), bool)
