"""A cursor of PostgreSQL's whose parameters go beside the statement, not written into it.

Writing the thirty values of an entry into a text, and reading them out of it again, is a tenth of what a lone INSERT
takes. Django does so all the same, since several statements at once, and lists of rows, can be sent in no other way.
https://www.psycopg.org/psycopg3/docs/basic/from_pg2.html#server-side-binding
"""

from typing import Any, cast

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper


def cursor(connection: BaseDatabaseWrapper) -> CursorWrapper:
    """With all that Django's own cursors do besides: its errors, its wrappers, a connection where there is none yet."""
    import psycopg  # only where PostgreSQL is used

    connection.close_if_health_check_failed()
    connection.ensure_connection()
    own = cast("Any", psycopg.Cursor(connection.connection))
    return connection.make_debug_cursor(own) if connection.queries_logged else connection.make_cursor(own)
