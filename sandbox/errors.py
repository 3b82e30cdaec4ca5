"""Lists Smartsheet's errors with number, HTTP status and message.

The messages are from https://developers.smartsheet.com/api/smartsheet/error-codes. If a recorded answer has a different
message, the recorded message is used.
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
    1011: (400, "A required header was missing or invalid: {0}"),
    1012: (400, "Required object attribute(s) are missing from your request: {0}."),
    1015: (
        403,
        "The user exists in another account. The user must be removed from that account before they can"
        " be added to yours.",
    ),
    1016: (403, "The user is already a member of your account."),
    1018: (400, "The value '{0}' was not valid for the parameter {1}."),
    1019: (400, "Cannot transfer to the user specified. User not found."),
    1020: (404, "User not found."),
    1021: (403, "Cannot transfer to the user specified. They are not a member of your account."),
    1023: (400, "The sheet specified is shared at the Workspace level."),
    1024: (400, "The HTTP request body is required for this Method."),
    1025: (400, "The share already exists."),
    1026: (403, "Transferring ownership is not currently supported."),
    1027: (404, "Share not found."),
    1028: (400, "You cannot edit the share of the owner."),
    1030: (401, "You are unable to assume the user specified."),
    1031: (400, "The value {0} was not valid for the attribute {1}."),
    1032: (400, "The attribute(s) {0} are not allowed for this operation."),
    1033: (404, "The template was not found."),
    1034: (400, "Invalid Row Id."),
    1036: (400, "The columnId {0} is invalid."),
    1037: (400, "The columnId {0} is included more than once in a single row."),
    1038: (400, "Invalid Cell value. Must be numeric or a string."),
    1039: (403, "Cannot edit a locked column {0}."),
    1040: (400, "Cannot edit your own share."),
    1041: (400, "The value for {0} must be {1} characters in length or less, but was {2}."),
    1042: (400, "The value for cell in column {0}, {1}, did not conform to the strict requirements for type {2}."),
    1046: (400, "Cells containing system values cannot be inserted or updated through the API, columnId : {0}."),
    1047: (403, "You cannot remove yourself from the account through the API."),
    1049: (403, "You cannot remove admin permissions from yourself through the API."),
    1050: (403, "You cannot edit a locked row."),
    1051: (400, "Attachments of type FILE cannot be created using JSON."),
    1052: (406, "Invalid Accept header. Media type not supported."),
    1053: (400, "Unknown Paper size: {0}."),
    1054: (400, "The new sheet requires either a fromId or columns."),
    1055: (400, "One and only one column must be primary."),
    1056: (400, "Column titles must be unique."),
    1057: (400, "Primary columns must be of type TEXT_NUMBER."),
    1058: (400, "Column type of {1} does not support symbol of type {0}."),
    1059: (400, "Column options are not allowed when a symbol is specified."),
    1060: (400, "Column options are not allowed for column type {0}."),
    1061: (400, "Max count exceeded for field {0}."),
    1062: (400, "Invalid row location."),
    1063: (400, "Invalid parentId: {0}."),
    1064: (400, "Invalid siblingId: {0}."),
    1065: (400, "The column specified cannot be deleted."),
    1066: (400, "You can only share to {0} users at a time."),
    1067: (401, "Invalid client_id"),
    1068: (400, "Unsupported grant type."),
    1069: (400, "Invalid Request. The authorization_code has expired."),
    1070: (400, "Invalid Request. Required parameter is missing: {0}."),
    1071: (400, "Invalid Grant. The authorization code or refresh token provided was invalid."),
    1072: (400, "Invalid hash value. The hash provided did not match the expected value."),
    1073: (400, "The redirect_uri did not match the expected value."),
    1074: (400, "You are trying to upload a file of {0}, but the API currently only supports {1}."),
    1077: (400, "Duplicate system column type: {0}."),
    1078: (400, "System column type {0} not supported for {1} {2}."),
    1079: (400, "Column type {0} is not supported for system column type {1}."),
    1080: (
        400,
        "End Dates on dependency-enabled sheets cannot be created/updated. Please update either the Duration or Start"
        " Date column.",
    ),
    1081: (403, "You cannot delete or update another user's discussions, comments, or comment attachments."),
    1083: (400, "Auto number formatting cannot be added to a column {0}."),
    1084: (400, "The auto number format is invalid."),
    1085: (400, "To change this column's type you must first disable Dependencies for this sheet."),
    1088: (
        400,
        "Invalid length for concatenated auto number format. Concatenated format is {0}, with a length"
        " of {1}. Must be less than or equal to 40.",
    ),
    1089: (400, "The type specified is only used with System Columns."),
    1090: (400, "Column.type is required when changing symbol, systemColumnType or options."),
    1091: (400, "Invalid Content-Type: {0}."),
    1092: (403, "You cannot delete this row. Either it or one or more of its children are locked."),
    1097: (403, "A user must be a licensed sheet creator to be a resource viewer."),
    1100: (400, "Uploading new versions of a discussion comment attachment is not supported."),
    1101: (400, "Uploading new versions of non-FILE type attachments is not supported."),
    1102: (403, "A user must be a licensed sheet creator to be a group administrator."),
    1103: (400, "A group with the same name already exists."),
    1104: (403, "You must be a group administrator to create a group."),
    1105: (400, "The operation failed because one or more group members were not members of your account: {0}."),
    1106: (404, "Group not found."),
    1107: (400, "User specified in transferGroupsTo must be a group admin."),
    1108: (400, "transferGroupsTo must be provided because user being deleted owns one or more groups."),
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
    1125: (400, "Each part in a multipart payload must have a name."),
    1126: (400, "Multipart payload contained duplicate part names: {0}."),
    1127: (400, "Required multipart part was missing: '{0}'"),
    1128: (400, "Multipart upload size limit exceeded."),
    1129: (400, "The resource you tried to create already exists."),
    1130: (400, "One of cell.value or objectValue may be set, but not both."),
    1131: (400, "cell.{0} for column {1} was of the wrong object type. Allowed types: {2}."),
    1132: (400, "The token provided has previously been revoked."),
    1133: (400, "Column titles are not unique among input columns."),
    1134: (400, "Duplicate system column type among input columns."),
    1135: (400, "Input column index {0} is different from the first input column index {1}."),
    1136: (400, "Cannot copy or move row(s) within the same sheet."),
    1137: (400, "Input collection contains multiple instances of the same element."),
    1140: (403, "The user must be added as a licensed user."),
    1142: (400, "Column type {0} is reserved for project sheets and may not be manually set on a column."),
    1143: (400, "To set {0}, you must first enable dependencies on the sheet."),
    1148: (400, "Numeric cell values must be between {0} and {1}."),
    1151: (404, "Scope '{0}', object id {1} was not found."),
    1152: (400, "Only URLs with a protocol of 'https' are supported for attribute '{0}'."),
    1153: (
        403,
        "This webhook cannot be enabled because access was revoked for the application that created it.",
    ),
    1154: (403, "Please contact Support in order to enable this webhook."),
    1156: (400, "Invalid email."),
    1157: (
        400,
        "This address is already associated with another Smartsheet account, so it cannot be added as"
        " an alternate address for this account.",
    ),
    1158: (400, "This address has not been confirmed yet, so it can't be set as the primary email address."),
    1159: (
        400,
        "The specified email address ({0}) is an alternate email address for a user with a primary"
        " email address of {1}.",
    ),
    1165: (400, "Cannot add image to cell with alt text larger than 100 characters."),
    1161: (400, "Cannot set altText for a cell that does not contain an image: row {0}, column {1}."),
    1162: (400, "A formula must always start with an equal sign (=)."),
    1163: (
        400,
        "If cell.formula is specified, then value, objectValue, image, hyperlink, and linkInFromCell"
        " must not be specified.",
    ),
    1179: (400, "The schedule specified is invalid because endAt is earlier than the next send date."),
    1185: (400, "Cannot create a child of a parent row that has no data in it."),
    1210: (400, "Column validation is not supported for column type '{0}'."),
    1212: (403, "You must be a sheet admin to override validation."),
    1218: (
        400,
        "The attributes recipientColumnIds, recipients and notifyAllSharedUsers are mutually exclusive. Only one may"
        " be set, not all.",
    ),
    1219: (400, "The attributes {0} and {1} are mutually exclusive. Only one may be set."),
    1220: (400, "Automation action type cannot be changed."),
    1221: (
        400,
        "The value {0} is not valid for the attribute action.recipientColumnIds. Only Contact List columns may be"
        " used.",
    ),
    1223: (400, "Sort sheet with locked row."),
    1227: (400, "The query parameters '{0}' and '{1}' are mutually exclusive. Only one may be set."),
    1228: (400, "You must specify one of the following query parameters: '{0}' or '{1}'."),
    1229: (400, "The value '{0}' was not valid for the parameter '{1}'. The value must be between '{2}' and '{3}'."),
    1235: (400, "Value not supported on column."),
    1236: (400, "OAuth missing client auth."),
    1237: (400, "OAuth redundant client auth."),
    1238: (400, "OAuth invalid secret."),
    1240: (400, "Multi-contact list limit."),
    1255: (400, "Attachment type '{0}' is not supported."),
    1258: (400, "Cannot move folder under descendant."),
    1260: (400, "Cannot delete last visible column."),
    1293: (404, "Subscope contains invalid ids."),
    1302: (400, "Cannot edit column formula cells."),
    1303: (400, "Unsupported column type for column formulas."),
    1305: (400, "Cannot set column formula on project column."),
    1310: (400, "Column formula syntax not supported."),
    1336: (403, "You cannot deactivate yourself from the account through the API."),
    1355: (403, "You cannot reactivate yourself from the account through the API."),
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

# If a fault has a status but no error code, this is the code.
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
    """The request is refused. `code` is Smartsheet's number of the error. `values` replace the placeholders in the
    error's message. `detail` is sent in the answer.
    """

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
        """Add `detail`, and return the error. In a bulk request, `detail` names the item that caused the error."""
        self.detail = {**detail, **self.detail} if isinstance(self.detail, dict) else detail
        return self

    def body(self) -> dict[str, Json]:
        """Return the JSON of the answer. Each call makes a new `refId`."""
        body: dict[str, Json] = {"errorCode": self.code, "message": self.message, "refId": new_ref_id()}
        if self.code in OAUTH_TYPES:
            body["error"] = OAUTH_TYPES[self.code]
        if self.detail is not None:
            body["detail"] = self.detail
        return body


def new_ref_id() -> str:
    """Return 13 letters and digits, as in Smartsheet's `refId`."""
    return "".join(secrets.choice("0123456789abcdefghijklmnopqrstuvwxyz") for _ in range(13))
