"""The plan for recorded requests. For each request, the plan says what must be created before the request is sent. The
plan also says how the sandbox's answer can differ from the recorded answer, and why.

`adds` lists what only the sandbox's answer has. `lacks` lists what only the recorded answer has. Both are
dictionaries: a key is a path and a kind of value, such as "result.version: number", and its value is the reason for the
difference. Numbers such as 101 are ids in the recordings.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.conformance.surroundings import Surroundings

TEXT = "TEXT_NUMBER"
FRUIT = {101: {"value": "Apple"}, 102: {"value": "Red Fruit"}}

SHEET_ID = {"result[].sheetId: number": "newer recordings of the same operation have it"}
YOUNGER = "newer than the recording: the OpenAPI document has it"
MORE = "the sandbox's report has more columns and more kinds of rows than the recorded report"
VERSION_OF_COLUMN = "result.columns[].version: number"
HYPERLINK_URL = {"result[].cells[].hyperlink.url: string": "a newer recording, Serialization - Rows, has it"}
IMAGE = (
    "profileImage: object",
    "profileImage.imageId: string",
    "profileImage.height: number",
    "profileImage.width: number",
)
ADDRESS = (": object", ".id: number", ".email: string", ".confirmed: boolean")
SIBLING = {"result[].siblingId: number": "another recording of this request has it for all rows except the first"}


@dataclass(frozen=True)
class Question:
    """A recorded request. `prepare` creates what the request needs.

    `adds` and `lacks` say how the sandbox's answer can differ from the recorded answer.
    """

    prepare: Callable[[Surroundings], None]
    adds: Mapping[str, str] = field(default_factory=dict)
    lacks: Mapping[str, str] = field(default_factory=dict)


def nothing(around: Surroundings) -> None:
    """Create nothing, because the request needs only the initial state."""


def empty_sheet(around: Surroundings) -> None:
    around.sheet(1, {101: TEXT, 102: TEXT})


def two_rows(around: Surroundings) -> None:
    around.sheet(1, {101: TEXT, 102: TEXT}, {10: FRUIT, 11: FRUIT})


def one_row(around: Surroundings) -> None:
    around.sheet(1, {101: TEXT, 102: TEXT}, {10: FRUIT})


def numbers_to_sum(around: Surroundings) -> None:
    cells = {90 + number: {102: {"value": number}} for number in range(1, 5)}
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


def three_columns(around: Surroundings) -> None:
    around.sheet(123, {1: TEXT, 2: TEXT, 234: TEXT})


def bobs_sheet(around: Surroundings) -> None:
    around.person("john.doe@smartsheet.com", "bob")
    around.asker = around.people["bob"]
    around.sheet(123, {234: TEXT}, {345: {234: {"value": "Some Value"}}})
    around.made("POST", "/favorites", {"type": "sheet", "objectId": around.known[123]})
    around.asker = around.people["alice"]


def two_sheets(around: Surroundings) -> None:
    rows = {1765250516182916: {1: {"value": "To move"}}, 2891150423025540: {1: {"value": "To copy"}}}
    around.sheet(1228520367122308, {1: TEXT}, rows)
    around.sheet(799249123305348, {2: TEXT})


def sheet_with_row(around: Surroundings) -> None:
    around.sheet(1, {3: TEXT}, {2: {3: {"value": "Some Value"}}})


def members(around: Surroundings) -> None:
    around.person("john.doe@smartsheet.com", "bob")
    around.person("jane.doe@smartsheet.com", "charlie")


def contact(around: Surroundings) -> None:
    around.known["ABC"] = around.ask("GET", "/contacts").json()["data"][0]["id"]


def user_one(around: Surroundings) -> None:
    around.person(1, "bob")


def user_two(around: Surroundings) -> None:
    around.person(2, "charlie")


def deactivated_user(around: Surroundings) -> None:
    user_two(around)
    around.ask("POST", f"/users/{around.known[2]}/deactivate")


def one_known_column(around: Surroundings) -> None:
    around.sheet(1, {2: TEXT}, {4: {2: {"value": "Some Value"}}})


def source_of_link(around: Surroundings) -> None:
    around.sheet(1, {3: TEXT, 13: TEXT}, {7: {3: {"value": "first"}}, 2: {13: {"value": "a row"}}})
    around.sheet(4, {6: TEXT}, {5: {6: {"value": "new value"}}})


def picture(around: Surroundings) -> None:
    around.sheet(1, {6: TEXT}, {4: {6: {"value": "first"}}, 2: {6: {"value": "to be a picture"}}})
    known = around.known
    cell = f"/sheets/{known[1]}/rows/{known[2]}/columns/{known[6]}"
    headers = {"Content-Type": "image/gif", "Content-Disposition": 'attachment; filename="puppy.gif"'}
    answer = around.ask("POST", f"{cell}/cellimages", data=b"GIF89a\x4c\x01\x2c\x01", headers=headers)
    known["abc"] = answer.json()["result"]["cells"][0]["image"]["id"]


def project(around: Surroundings) -> None:
    templates = around.ask("GET", "/templates/public").json()["data"]
    template = next(each["id"] for each in templates if each["globalTemplate"] == "PROJECT_SHEET")
    around.known[1] = around.made("POST", "/sheets", {"name": "Test Project Sheet", "fromId": template})["id"]


def task(around: Surroundings, **values: str) -> int:
    """Add a task to the project sheet, and return the row's id. `values` maps column titles to the task's values."""
    cells = [{"columnId": around.known[title], "value": value} for title, value in values.items()]
    path = f"/sheets/{around.known[1]}/rows"
    return int(around.made("POST", path, [{"toBottom": True, "cells": cells}])[0]["id"])


def project_columns(around: Surroundings) -> None:
    project(around)
    columns = around.ask("GET", f"/sheets/{around.known[1]}").json()["columns"]
    around.known |= {column["title"]: column["id"] for column in columns}


def task_with_dates(around: Surroundings) -> None:
    project_columns(around)
    around.known |= {10: task(around, Start="2017-11-02", Duration="1d"), 101: around.known["Predecessors"]}


def task_with_predecessor(around: Surroundings) -> None:
    project_columns(around)
    first, second = task(around, **{"Task Name": "first"}), task(around)
    around.known |= {10: second, 123: around.known["Predecessors"]}
    value = {"objectType": "PREDECESSOR_LIST", "predecessors": [{"rowId": first}]}
    cells = [{"columnId": around.known[123], "objectValue": value}]
    around.made("PUT", f"/sheets/{around.known[1]}/rows", [{"id": second, "cells": cells}])


def task_without_dates(around: Surroundings) -> None:
    project_columns(around)
    around.known |= {3: task(around, **{"Task Name": "first"}), 2: around.known["Predecessors"]}


def report_of(around: Surroundings, *numbers: int) -> None:
    (report,) = around.ask("GET", "/reports").json()["data"]
    around.known |= dict.fromkeys(numbers, report["id"])


def row_and_report(around: Surroundings) -> None:
    two_rows(around)
    report_of(around, 8, 9)


def empty_sheet_and_report(around: Surroundings) -> None:
    empty_sheet(around)
    report_of(around, 8, 9)


def three_kinds_of_links(around: Surroundings) -> None:
    around.sheet(1, {2: TEXT, 3: TEXT, 5: TEXT}, {8: {2: {"value": "the row above"}}})
    around.sheet(4, {40: TEXT})
    report_of(around, 6)


def a_report(around: Surroundings) -> None:
    report_of(around, 1)


def full_home(around: Surroundings) -> None:
    """Create a folder in Home, a workspace, a folder in the workspace, and a folder in that folder. Each of them has a
    sheet. The sheet in the outer folder of the workspace is a favorite.
    """
    columns = [{"title": "Name", "type": TEXT, "primary": True}]
    home = around.made("POST", "/home/folders", {"name": "full folder"})["id"]
    workspace = around.made("POST", "/workspaces", {"name": "workspace"})["id"]
    folder = around.made("POST", f"/workspaces/{workspace}/folders", {"name": "workspace folder"})["id"]
    deepest = around.made("POST", f"/folders/{folder}/folders", {"name": "workspace folder folder"})["id"]
    places = (f"folders/{home}", f"workspaces/{workspace}", f"folders/{folder}", f"folders/{deepest}")
    sheets = [around.made("POST", f"/{place}/sheets", {"name": "A sheet", "columns": columns}) for place in places]
    around.made("POST", "/favorites", [{"type": "sheet", "objectId": sheets[2]["id"]}])


def rules(around: Surroundings) -> None:
    plan = around.sandbox.sheet(around.asker, "Site plan")["id"]
    listed = around.ask("GET", f"/sheets/{plan}/automationrules").json()["data"]
    around.known |= {324: plan, 284: listed[0]["id"], "jane@example.com": around.people["bob"].email}


def row_to_ask_for(around: Surroundings) -> None:
    """Create the row that an update request is about. In the recording, the update request has a schedule with times in
    the past. These times are replaced by times in the future.
    """
    around.sheet(1, {3: TEXT}, {2: {3: {"value": "Some Value"}}})
    around.person("john.doe@smartsheet.com", "bob")
    around.known |= {"2018-03-01T19:00:00Z": "2098-03-01T19:00:00Z", "2018-06-01T00:00:00Z": "2098-06-07T00:00:00Z"}


def request_that_was_sent(around: Surroundings) -> None:
    row_to_ask_for(around)
    request: dict[str, object] = {"sendTo": [{"email": around.people["bob"].email}], "rowIds": [around.known[2]]}
    request |= {"columnIds": [around.known[3]], "includeAttachments": True, "includeDiscussions": True}
    around.made("POST", f"/sheets/{around.known[1]}/updaterequests", request)
    (sent,) = around.ask("GET", f"/sheets/{around.known[1]}/sentupdaterequests").json()["data"]
    around.known[2] = sent["id"]


def range_of_another_sheet(around: Surroundings) -> None:
    around.sheet(1, {10: TEXT})
    around.sheet(2, {5: TEXT, 6: TEXT}, {3: {5: {"value": "first"}}, 4: {5: {"value": "last"}}})


def sights(around: Surroundings) -> None:
    (sight,) = around.ask("GET", "/sights").json()["data"]
    folder = around.made("POST", "/home/folders", {"name": "full folder"})["id"]
    around.known |= dict.fromkeys((52, 700, 812), sight["id"]) | {484: folder}


def published_sight(around: Surroundings) -> None:
    sights(around)
    publish = {"readOnlyFullEnabled": True, "readOnlyFullAccessibleBy": "ALL"}
    around.made("PUT", f"/sights/{around.known[812]}/publish", publish)


def a_folder(around: Surroundings) -> None:
    around.known[1] = around.made("POST", "/home/folders", {"name": "Some Folder"})["id"]


def shared_sheet(around: Surroundings) -> None:
    around.sheet(1, {3: TEXT}, {4: {3: {"value": "Some Value"}}})
    around.person("john.doe@smartsheet.com", "bob")
    group = {"name": "mock api test group", "members": [{"email": around.people["charlie"].email}]}
    around.known[2] = around.made("POST", "/groups", group)["id"]


QUESTIONS: dict[str, Question] = {
    "Update Column - Change Type - Picklist": Question(three_columns, {"result.version: number": YOUNGER}),
    "Update Column - Change Type - Contact List": Question(three_columns, {"result.version: number": YOUNGER}),
    "Change Agent Header - Can Be Passed": Question(nothing, {VERSION_OF_COLUMN: YOUNGER}),
    "Assume User - Can Be Set": Question(
        bobs_sheet,
        adds={
            "columns[].version: number": YOUNGER,
            "hasSummaryFields: boolean": YOUNGER,
            "isMultiPicklistEnabled: boolean": YOUNGER,
            "resourceManagementType: string": YOUNGER,
            "userPermissions: object": YOUNGER,
            "userPermissions.summaryPermissions: string": YOUNGER,
        },
        lacks={
            "showParentRowsForFilters: boolean": "the OpenAPI document doesn't have it, so nobody can set it",
            "userSettings.appliedSheetFilterId: number": "people apply filters only in Smartsheet's own app",
        },
    ),
    "Move row to another sheet": Question(two_sheets),
    "Copy row to another sheet": Question(two_sheets),
    "Add Rows - Assign Values - String": Question(empty_sheet, SHEET_ID | SIBLING),
    "Add Rows - Assign Values - Int": Question(empty_sheet, SHEET_ID),
    "Add Rows - Assign Values - Bool": Question(empty_sheet, SHEET_ID),
    "Add Rows - Assign Formulae": Question(numbers_to_sum, SHEET_ID | SIBLING),
    "Add Rows - Assign Values - Hyperlink": Question(empty_sheet, SHEET_ID),
    "Add Rows - Assign Values - Hyperlink SheetID": Question(three_sheets, SHEET_ID | SIBLING | HYPERLINK_URL),
    "Add Rows - Invalid - Assign Value and Formulae": Question(
        empty_sheet,
        lacks={"detail.rowId: number": "a refused new row has no id; the document has it only for PUT"},
    ),
    "Add Rows - Invalid - Assign Hyperlink URL and SheetId": Question(three_sheets),
    "Add Rows - Location - Top": Question(one_row, SHEET_ID),
    "Add Rows - Location - Bottom": Question(one_row, SHEET_ID | SIBLING),
    "Update Rows - Assign Values - String": Question(two_rows),
    "Update Rows - Assign Values - Int": Question(two_rows),
    "Update Rows - Assign Values - Bool": Question(two_rows),
    "Update Rows - Assign Formulae": Question(numbers_to_sum, SIBLING),
    "Update Rows - Assign Values - Hyperlink": Question(two_rows),
    "Update Rows - Assign Values - Hyperlink SheetID": Question(three_sheets, HYPERLINK_URL),
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
    "Serialization - Attachment": Question(sheet_with_row),
    "Serialization - Groups": Question(members),
    "Serialization - Discussion": Question(sheet_with_row),
    "Serialization - Contact": Question(contact),
    "Serialization - Folder": Question(nothing),
    "Serialization - Column": Question(sheet_with_row, {"result[].version: number": YOUNGER}),
    "Serialization - UserProfile": Question(
        nothing,
        adds=dict.fromkeys((*IMAGE, "customWelcomeScreenViewed: string"), YOUNGER)
        | dict.fromkeys(("jiraAdmin: boolean", "salesforceAdmin: boolean", "salesforceUser: boolean"), YOUNGER)
        | dict.fromkeys(
            (f"alternateEmails[]{key}" for key in ADDRESS), "Alice has two alternate addresses, John Doe has none"
        ),
    ),
    "Serialization - Workspace": Question(nothing),
    "Serialization - User": Question(
        nothing, lacks=dict.fromkeys((f"result.{key}" for key in IMAGE), "a new user has no picture")
    ),
    "Serialization - Sheet": Question(nothing, {VERSION_OF_COLUMN: YOUNGER}),
    "Serialization - AlternateEmail": Question(user_one),
    "Serialization - IndexResult": Question(
        nothing, adds=dict.fromkeys((f"data[].{key}" for key in (*IMAGE, "customWelcomeScreenViewed: string")), YOUNGER)
    ),
    "Serialization - BulkFailure": Question(one_known_column),
    "Serialization - Image": Question(picture),
    "Serialization - Image Urls": Question(picture),
    "Serialization - Cell Link": Question(
        source_of_link, {"result[].cells[].displayValue: string": "recorded wherever else a cell holds a text"}
    ),
    "Serialization - Sheet Settings": Question(
        project, {"version: number": "other recordings of the live API, of 2020, have it"}
    ),
    "Add Rows - Assign Object Value - Predecessor List": Question(task_with_dates),
    "Add Rows - Assign Object Value - Predecessor List (using floats)": Question(task_with_dates),
    "Update Rows - Clear Value - Predecessor List": Question(task_with_predecessor),
    "Serialization - Predecessor": Question(task_without_dates),
    "Serialization - Template": Question(nothing, {"data[].accessLevel: string": YOUNGER}),
    "Serialization - Share": Question(
        shared_sheet, dict.fromkeys(("result[].createdAt: string", "result[].modifiedAt: string"), YOUNGER)
    ),
    "Serialization - Send via Email": Question(shared_sheet),
    "Serialization - Row Email": Question(shared_sheet),
    "List Sheets - No Params": Question(nothing),
    "List Sheets - Include Owner Info": Question(nothing),
    "Create Sheet - Invalid - No Columns": Question(nothing),
    "Add Rows - Assign Values - Hyperlink ReportID": Question(empty_sheet_and_report, SHEET_ID | HYPERLINK_URL),
    "Update Rows - Assign Values - Hyperlink ReportID": Question(row_and_report, HYPERLINK_URL),
    "Serialization - Rows": Question(three_kinds_of_links),
    "Serialization - Report": Question(
        a_report,
        adds=dict.fromkeys(("isSummaryReport: boolean", "readOnly: boolean", "columns[].version: number"), YOUNGER)
        | dict.fromkeys(("columns[].options: array", "columns[].options[]: string", "columns[].primary: boolean"), MORE)
        | dict.fromkeys(("rows[].cells[].columnId: number", "rows[].cells[].formula: string"), MORE)
        | dict.fromkeys(("rows[].cells[].value: number", "rows[].locked: boolean"), MORE)
        | dict.fromkeys(("rows[].parentId: number", "rows[].siblingId: number"), MORE),
    ),
    "Serialization - Favorite": Question(one_row),
    "Serialization - Container Destination": Question(a_folder),
    "List Automation Rules": Question(rules),
    "Get Automation Rule": Question(rules),
    "Update Automation Rule": Question(rules),
    "Delete Automation Rule": Question(rules),
    "Serialization - Update Request": Question(row_to_ask_for),
    "Serialization - Sent Update Requests": Question(request_that_was_sent),
    "Serialization - Cross Sheet Reference": Question(
        range_of_another_sheet, dict.fromkeys(("result.id: number", "result.status: string"), YOUNGER)
    ),
    "List Sights": Question(sights),
    "Get Sight": Question(sights),
    "Copy Sight": Question(sights),
    "Update Sight": Question(sights),
    "Set Sight Publish Status": Question(sights),
    "Get Sight Publish Status": Question(published_sight),
    "Delete Sight": Question(sights),
    "Serialization - Home": Question(full_home, {"reports[].isSummaryReport: boolean": YOUNGER}),
    "Deactivate user": Question(user_two),
    "Reactivate user": Question(deactivated_user),
}
