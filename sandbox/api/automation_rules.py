"""Automation rules. https://developers.smartsheet.com/api/smartsheet/openapi/automationrules

People make rules in Smartsheet's app. The sandbox has two rules from the start, but never runs them.
`POST /_sandbox/changes` can change a sheet as if a rule changed it.
"""

from __future__ import annotations

from typing import Any

from sandbox.clock import now
from sandbox.errors import ApiError
from sandbox.http.results import index_result, success
from sandbox.http.routing import Call, operation
from sandbox.model.access import Access
from sandbox.model.accounts import check_email
from sandbox.model.cell_parsing import check_attributes, check_type
from sandbox.model.workflow import AutomationRule

Json = Any

FREQUENCIES = ("DAILY", "HOURLY", "IMMEDIATELY", "WEEKLY")
RECIPIENTS = ("recipients", "recipientColumnIds", "notifyAllSharedUsers")
FLAGS = ("includeAllColumns", "includeAttachments", "includeDiscussions", "notifyAllSharedUsers")
TEXTS = ("message", "subject")
LISTS = ("includedColumnIds", "recipientColumnIds", "recipients")
CONTACTS = ("CONTACT_LIST", "MULTI_CONTACT_LIST")
READ_ONLY = {"id", "createdAt", "createdBy", "modifiedAt", "modifiedBy", "userCanModify", "disabledReason",
             "disabledReasonText"}  # fmt: skip


@operation("automationrules-list", "GET", "/sheets/{sheetId}/automationrules", scope="READ_SHEETS")
def list_all(call: Call) -> Json:
    """List the automation rules of a sheet."""
    return index_result(call, [_json(call, rule) for rule in call.sheet.automation_rules])


@operation("automationrule-get", "GET", "/sheets/{sheetId}/automationrules/{automationRuleId}", scope="READ_SHEETS")
def get(call: Call) -> Json:
    """Get one automation rule."""
    return _json(call, _in_path(call))


@operation("automationrule-update", "PUT", "/sheets/{sheetId}/automationrules/{automationRuleId}",
           scope="WRITE_SHEETS", access=Access.EDITOR)  # fmt: skip
def update(call: Call) -> Json:
    """Rename a rule, switch it on or off, or change its action. Its type can't be changed."""
    rule, body = _in_path(call), call.json()
    check_attributes("automationRule", body, allowed={"name", "enabled", "action"}, read_only=READ_ONLY)
    _check_may_change(call, rule)
    check_type(body, "name", str)
    check_type(body, "enabled", bool)
    action = _read_action(call, rule, body.get("action"))
    rule.name = body.get("name") or rule.name
    rule.enabled = rule.enabled if body.get("enabled") is None else body["enabled"]
    rule.action, rule.modified_by, rule.modified_at = action, call.person.id, now()
    return _json(call, rule)


@operation("automationrule-delete", "DELETE", "/sheets/{sheetId}/automationrules/{automationRuleId}",
           scope="WRITE_SHEETS", access=Access.EDITOR)  # fmt: skip
def delete(call: Call) -> Json:
    """Delete an automation rule."""
    rule = _in_path(call)
    _check_may_change(call, rule)
    call.sheet.automation_rules.remove(rule)
    return success()


def _in_path(call: Call) -> AutomationRule:
    wanted = call.path_id("automationRuleId")
    for rule in call.sheet.automation_rules:
        if rule.id == wanted:
            return rule
    raise ApiError(1006)


def _may_change(call: Call, rule: AutomationRule) -> bool:
    """Whether the caller is allowed to change the rule. Admins of the sheet are allowed. The rule's author is allowed
    if they are an editor of the sheet.
    """
    return call.access >= Access.ADMIN or (call.access >= Access.EDITOR and rule.created_by == call.person.id)


def _check_may_change(call: Call, rule: AutomationRule) -> None:
    if not _may_change(call, rule):
        raise ApiError(1004)


def _read_action(call: Call, rule: AutomationRule, given: Json) -> dict[str, Json]:
    """Return the rule's action with the changes in `given`. Raises ApiError (1008, 1012, 1031, 1036, 1218-1221) for
    attributes that aren't valid.
    """
    if given is None:
        raise ApiError(1012, "action.type")
    check_attributes("action", given, allowed={"type", "frequency", *FLAGS, *TEXTS, *LISTS}, read_only=set())
    if given.get("type") is None:
        raise ApiError(1012, "action.type")
    if given["type"] != rule.action["type"]:
        raise ApiError(1220)
    for names, kind in ((FLAGS, bool), (TEXTS, str), (LISTS, list)):
        for name in names:
            check_type(given, name, kind)
    if given.get("frequency") is not None and given["frequency"] not in FREQUENCIES:
        raise ApiError(1031, given["frequency"], "action.frequency")
    chosen = [name for name in RECIPIENTS if given.get(name)]
    if len(chosen) > 1:
        raise ApiError(1218)
    if given.get("includeAllColumns") and given.get("includedColumnIds"):
        raise ApiError(1219, "includeAllColumns", "includedColumnIds")
    _check_lists(call, given)
    action = rule.action | {name: value for name, value in given.items() if value is not None}
    return _only(action, chosen[0]) if chosen else action


def _check_lists(call: Call, given: dict[str, Json]) -> None:
    for recipient in given.get("recipients") or []:
        check_attributes("recipient", recipient, allowed={"email", "groupId"}, read_only=set())
        if recipient.get("groupId") is None:
            check_email(recipient.get("email"))
    for name in ("includedColumnIds", "recipientColumnIds"):
        for column_id in given.get(name) or []:
            column = call.sheet.column(column_id)
            if column is None:
                raise ApiError(1036, column_id)
            if name == "recipientColumnIds" and column.type not in CONTACTS:
                raise ApiError(1221, column_id)


def _only(action: dict[str, Json], chosen: str) -> dict[str, Json]:
    """Return the action with only one of the attributes in RECIPIENTS, the one that is named `chosen`. If this isn't
    `notifyAllSharedUsers`, the action also has `notifyAllSharedUsers: false`.
    """
    kept = {name: value for name, value in action.items() if name not in RECIPIENTS or name == chosen}
    return {"notifyAllSharedUsers": False} | kept


def _json(call: Call, rule: AutomationRule) -> dict[str, Json]:
    return {
        "id": rule.id,
        "name": rule.name,
        "enabled": rule.enabled,
        "createdBy": call.state.mini_user(rule.created_by),
        "createdAt": rule.created_at,
        "modifiedBy": call.state.mini_user(rule.modified_by),
        "modifiedAt": rule.modified_at,
        "userCanModify": _may_change(call, rule),
        "action": rule.action,
    }
