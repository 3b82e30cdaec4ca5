"""The errors Smartsheet answers with: number, HTTP status, message.

Vendor's list: https://developers.smartsheet.com/api/smartsheet/error-codes
Where a recorded answer is worded differently from that list, the recorded wording stands here.
"""

from __future__ import annotations

import secrets
from typing import Any

Json = Any

ERRORS: dict[int, tuple[int, str]] = {
    1001: (401, "An Access Token is required."),
    1002: (401, "Your Access Token is invalid."),
    1003: (401, "Your Access Token has expired."),
    1004: (403, "You are not authorized to perform this action."),
    1005: (401, "Single Sign-On is required for this account."),
    1006: (404, "Not Found"),
    1008: (400, "Unable to parse request. The following error occurred: {0}"),
    1009: (400, "A required parameter is missing from your request: {0}."),
    1010: (405, "HTTP Method not supported."),
    1012: (400, "Required object attribute(s) are missing from your request: {0}."),
    1018: (400, "The value '{0}' was not valid for the parameter {1}."),
    1020: (404, "User not found."),
    1024: (400, "The HTTP request body is required for this Method."),
    1030: (401, "You are unable to assume the user specified."),
    1031: (400, "The value {0} was not valid for the attribute {1}."),
    1032: (400, "The attribute(s) {0} are not allowed for this operation."),
    1034: (400, "Invalid Row Id."),
    1036: (400, "The columnId {0} is invalid."),
    1037: (400, "The columnId {0} is included more than once in a single row."),
    1038: (400, "Invalid Cell value. Must be numeric or a string."),
    1039: (403, "Cannot edit a locked column {0}."),
    1041: (400, "The value for {0} must be {1} characters in length or less, but was {2}."),
    1042: (400, "The value for cell in column {0}, {1}, did not conform to the strict requirements for type {2}."),
    1046: (400, "Cells containing system values cannot be inserted or updated through the API, columnId : {0}."),
    1050: (403, "You cannot edit a locked row."),
    1052: (406, "Invalid Accept header. Media type not supported."),
    1061: (400, "Max count exceeded for field {0}."),
    1062: (400, "Invalid row location."),
    1063: (400, "Invalid parentId: {0}."),
    1064: (400, "Invalid siblingId: {0}."),
    1067: (401, "Invalid client_id"),
    1068: (400, "Unsupported grant type."),
    1069: (400, "Invalid Request. The authorization_code has expired."),
    1070: (400, "Invalid Request. Required parameter is missing: {0}."),
    1071: (400, "Invalid Grant. The authorization code or refresh token provided was invalid."),
    1072: (400, "Invalid hash value. The hash provided did not match the expected value."),
    1073: (400, "The redirect_uri did not match the expected value."),
    1092: (403, "You cannot delete this row. Either it or one or more of its children are locked."),
    1109: (400, "Only one of cell.hyperlink or cell.linkInFromCell may be non-null."),
    1110: (400, "cell.value must be null if cell.linkInFromCell is non-null."),
    1111: (400, "Only one of cell.hyperlink.sheetId and cell.hyperlink.reportId may be non-null."),
    1112: (400, "hyperlink.url must be null for sheet, report, or Sight hyperlinks."),
    1113: (400, "cell.value must be a string when the cell is a hyperlink."),
    1114: (404, "Invalid sheetId or reportId: {0}."),
    1115: (
        400,
        "Row must contain either cell link updates or row/cell value updates;"
        " mixing of both update types in one API call is not supported.",
    ),
    1116: (400, "You cannot link a cell to its own sheet."),
    1117: (400, "One of the following cell.hyperlink fields must be non-null: url, sheetId, or reportId."),
    1122: (405, "Requested URL does not support this method: {0}."),
    1123: (
        400,
        "Specifying multiple row locations is not yet supported. Each row must use the same row location"
        " attribute and value (toBottom, toTop, parentId, siblingId, above).",
    ),
    1124: (415, "Invalid Content-Type header. Media type not supported."),
    1128: (400, "Multipart upload size limit exceeded."),
    1130: (400, "One of cell.value or objectValue may be set, but not both."),
    1131: (400, "cell.{0} for column {1} was of the wrong object type. Allowed types: {2}."),
    1132: (400, "The token provided has previously been revoked."),
    1137: (400, "Input collection contains multiple instances of the same element."),
    1148: (400, "Numeric cell values must be between {0} and {1}."),
    1161: (400, "Cannot set altText for a cell that does not contain an image: row {0}, column {1}."),
    1162: (400, "A formula must always start with an equal sign (=)."),
    1163: (
        400,
        "If cell.formula is specified, then value, objectValue, image, hyperlink, and linkInFromCell"
        " must not be specified.",
    ),
    1185: (400, "Cannot create a child of a parent row that has no data in it."),
    1212: (403, "You must be a sheet admin to override validation."),
    1235: (400, "Value not supported on column."),
    1236: (400, "OAuth missing client auth."),
    1237: (400, "OAuth redundant client auth."),
    1238: (400, "OAuth invalid secret."),
    1240: (400, "Multi-contact list limit."),
    1302: (400, "Cannot edit column formula cells."),
    4000: (500, "An unexpected error has occurred. Please contact api@smartsheet.com for assistance."),
    4001: (503, "Smartsheet.com is currently offline for system maintenance. Please check back again shortly."),
    4002: (500, "Server timeout exceeded. Request has failed."),
    4003: (429, "Rate limit exceeded."),
    4004: (
        500,
        "Request failed because sheetId {0} is currently being updated by another request that uses the same"
        " access token. Please retry your request once the previous request has completed.",
    ),
    4005: (410, "API version retired."),
}

# What a status alone most often means; for faults that name no error code.
CODE_OF_STATUS = {
    400: 1008,
    401: 1002,
    403: 1004,
    404: 1006,
    405: 1010,
    406: 1052,
    410: 4005,
    415: 1124,
    429: 4003,
    500: 4000,
    502: 4000,
    503: 4001,
    504: 4002,
}

# https://developers.smartsheet.com/api/smartsheet/guides/advanced-topics/oauth: OAuth error types
OAUTH_TYPES = {
    1067: "invalid_client",
    1068: "unsupported_grant_type",
    1069: "invalid_grant",
    1070: "invalid_request",
    1071: "invalid_grant",
    1072: "invalid_grant",
    1073: "invalid_request",
    1132: "invalid_grant",
    1236: "invalid_request",
    1237: "invalid_request",
    1238: "invalid_client",
}


class ApiError(Exception):
    """A refusal: `code` is Smartsheet's number, `values` fill the message, `detail` is sent along."""

    def __init__(
        self,
        code: int,
        *values: object,
        detail: Json = None,
        status: int | None = None,
        message: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        known_status, template = ERRORS.get(code, (400, "An error has occurred."))
        self.code = code
        self.status = status or known_status
        self.message = template.format(*values) if message is None else message
        self.detail = detail
        self.headers = headers or {}
        super().__init__(f"{self.code} {self.message}")

    def at(self, detail: Json) -> ApiError:
        """The same refusal, said of one item of a bulk request."""
        self.detail = {**detail, **self.detail} if isinstance(self.detail, dict) else detail
        return self

    def body(self) -> dict[str, Json]:
        """What goes over the wire; a new refId each time, as every occurrence has its own."""
        body: dict[str, Json] = {"errorCode": self.code, "message": self.message, "refId": new_ref_id()}
        if self.code in OAUTH_TYPES:
            body["error"] = OAUTH_TYPES[self.code]
        if self.detail is not None:
            body["detail"] = self.detail
        return body


def new_ref_id() -> str:
    """13 letters and digits, like Smartsheet's."""
    return "".join(secrets.choice("0123456789abcdefghijklmnopqrstuvwxyz") for _ in range(13))
