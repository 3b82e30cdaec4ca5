"""Access levels. https://developers.smartsheet.com/api/smartsheet/guides/basics/access-levels"""

from __future__ import annotations

from enum import IntEnum


class Access(IntEnum):
    """The access levels, from the lowest to the highest."""

    VIEWER = 1
    COMMENTER = 2
    EDITOR = 3
    EDITOR_SHARE = 4
    ADMIN = 5
    OWNER = 6

    def shown(self, *, api_level: int) -> str:
        """Return the level's name, as answers show it. If `accessApiLevel` is 0, the name of COMMENTER is VIEWER."""
        if self is Access.COMMENTER and api_level < 1:
            return Access.VIEWER.name
        return self.name


# https://developers.smartsheet.com/api/smartsheet/guides/advanced-topics/oauth: access scopes
SCOPES = {
    "ADMIN_SHEETS": "Modify sheet structure, including column definition, publish state, and so on",
    "ADMIN_SIGHTS": "Modify dashboard structure",
    "ADMIN_USERS": "Add and remove users from the organization; create groups and manage membership",
    "ADMIN_WEBHOOKS": "Create, delete, and update webhooks; list all webhooks; reset shared secrets",
    "ADMIN_WORKSPACES": "Create and manage workspaces and folders, including sharing",
    "CREATE_SHEETS": "Create new sheets",
    "CREATE_SIGHTS": "Create new dashboards",
    "DELETE_SHEETS": "Delete sheets",
    "DELETE_SIGHTS": "Delete dashboards",
    "READ_CONTACTS": "Retrieve contacts",
    "READ_EVENTS": "Retrieve events",
    "READ_SHEETS": "Read all sheet data, including attachments, discussions, and cell data",
    "READ_SIGHTS": "Read all dashboard data",
    "READ_USERS": "Retrieve users and groups of the organization",
    "SHARE_SHEETS": "Share sheets, including sending sheets as email attachments",
    "SHARE_SIGHTS": "Share dashboards",
    "WRITE_SHEETS": "Insert and modify sheet data, including attachments, discussions, and cell data",
}
