"""Each operation needs the scope that Smartsheet's OpenAPI document names in the operation's `security`.

Operations that are newer than this document have the scope of similar operations.
https://developers.smartsheet.com/api/smartsheet/openapi
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from sandbox.http.operations_table import OPERATIONS
from sandbox.model.access import SCOPES
from tests.running_sandbox import Person, RunningSandbox
from tests.sandbox.client import Client, refusal
from tests.sandbox.signing import register, sign_in

NONE = {"get-current-user", "serverinfo-get", "tokens-delete", "tokens-getOrRefresh"}
SCOPED = {
    "ADMIN_SHEETS": "column-delete column-updateColumn columns-addToSheet set-sheetPublish updateSheet",
    "ADMIN_USERS": (
        "add-alternate-email add-group add-group-members add-user deactivate-user delete-alternate-email "
        "delete-group delete-group-members list-org-sheets promote-alternate-email reactivate-user remove-user "
        "update-group update-user"
    ),
    "ADMIN_WEBHOOKS": "createWebhook deleteWebhook getWebhook list-webhooks resetSharedSecret updateWebhook",
    "ADMIN_WORKSPACES": (
        "create-folder-folder create-home-folder create-workspace create-workspace-folder delete-folder "
        "add-favorite copy-folder delete-favorites-by-type delete-favorites-by-type-and-id "
        "delete-workspace delete-workspace-share move-folder share-workspace update-folder update-workspace "
        "update-workspace-share"
    ),
    "CREATE_SHEETS": (
        "add-crosssheet-reference "
        "copy-sheet create-sheet-in-folder create-sheet-in-sheets-folder create-sheet-in-workspace "
        "import-sheet-into-folder import-sheet-into-sheets-folder import-sheet-into-workspace move-sheet"
    ),
    "DELETE_SHEETS": "deleteSheet",
    "READ_CONTACTS": "get-contact list-contacts",
    "READ_EVENTS": "get-event list-events",
    "READ_SHEETS": (
        "attachments-get attachments-listOnRow attachments-listOnSheet attachments-versionList cellHistory-get "
        "column-get columns-listOnSheet comment-get discussion-get discussion-listAttachments discussions-list "
        "get-asset-share get-folder get-folder-children get-folder-metadata get-sheetPublish get-sheetVersion "
        "get-workspace get-workspace-children get-workspace-folders get-workspace-metadata getSheet home-get "
        "home-list-folders list-asset-shares list-folders list-home-contents list-search list-search-sheet "
        "list-sheet-shares list-sheets list-workspace-shares list-workspaces listImageUrls row-discussions-list "
        "row-get share-sheet-get share-workspace-get templates-list templates-listPublic "
        "automationrule-get automationrules-list get-crosssheet-reference "
        "get-favorites get-sheet-filter getReport getReports is-favorite "
        "list-crosssheet-references "
        "list-report-shares list-sheet-filters list-summary-fields list-summary-fields-paginated "
        "sentupdaterequest-get sentupdaterequests-list updaterequests-get updaterequests-list"
    ),
    "READ_SIGHTS": "get-sight get-sight-publish-status list-sight-shares list-sights",
    "ADMIN_SIGHTS": "set-sight-publish-status update-sight",
    "CREATE_SIGHTS": "copy-sight move-sight",
    "DELETE_SIGHTS": "delete-sight",
    "READ_USERS": "get-alternate-email get-group get-user list-alternate-emails list-groups list-users",
    "SHARE_SHEETS": (
        "delete-asset-share delete-sheet-share rows-send share-asset share-sheet sheet-send update-asset-share "
        "update-sheet-share"
    ),
    "WRITE_SHEETS": (
        "addImageToCell attachments-attachToComment attachments-attachToSheet attachments-delete "
        "attachments-versionUpload attachments-versionsDelete comment-delete comment-edit comments-create "
        "copy-rows delete-rows delete-sheet-filter discussion-delete discussions-create move-rows "
        "automationrule-delete automationrule-update row-attachments-attachFile sentupdaterequest-delete "
        "updaterequests-create updaterequests-delete updaterequests-update "
        "row-discussions-create rows-addToSheet rows-sort update-rows update-user-profile-image"
    ),
}

AnyClient = Callable[[Person | str | None], Client]


@pytest.fixture(autouse=True)
def _app(sandbox: RunningSandbox) -> None:
    register(sandbox)


def test_no_operation_is_forgotten() -> None:
    named = [operation for names in SCOPED.values() for operation in names.split()]
    assert sorted([*named, *NONE]) == sorted(OPERATIONS)
    assert set(SCOPED) <= set(SCOPES)


@pytest.mark.parametrize("scope", SCOPED)
def test_an_operation_asks_for_its_scope(
    sandbox: RunningSandbox, client_of: AnyClient, alice: Person, scope: str
) -> None:
    """If a token doesn't have this scope, each operation that needs the scope is refused with error 1004.

    A token with only this scope doesn't get this error. It can get other errors, because the ids in the paths don't
    exist.
    """
    others = " ".join(each for each in SCOPES if each != scope)
    without = client_of(sign_in(sandbox, alice, scope=others)["access_token"])
    having = client_of(sign_in(sandbox, alice, scope=scope)["access_token"])
    for operation in map(OPERATIONS.__getitem__, SCOPED[scope].split()):
        path = re.sub(r"\{action:[^}]*\}", "resetSharedSecret", operation.path)
        path = re.sub(r"\{\w+\}", "1", path)
        assert refusal(without.ask(operation.method, path, {})) == (403, 1004), operation.id
        response = having.ask(operation.method, path, {})
        assert response.ok or response.json()["errorCode"] != 1004, operation.id


def test_who_am_i_and_sign_out_ask_for_none(sandbox: RunningSandbox, client_of: AnyClient, alice: Person) -> None:
    client = client_of(sign_in(sandbox, alice, scope="READ_CONTACTS")["access_token"])
    assert client.get("/users/me").status_code == 200
    assert client.get("/serverinfo").status_code == 200
    assert client.ask("DELETE", "/token").status_code == 200
    assert client.get("/users/me").status_code == 401


def test_a_personal_token_may_do_everything(client_of: AnyClient, alice: Person) -> None:
    client = client_of(alice)
    assert [client.get(path).status_code for path in ("/sheets", "/users", "/contacts", "/webhooks")] == [200] * 4
