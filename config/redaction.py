"""Keeps secrets out of logged request lines, and out of Django's error pages and error mails."""

import logging
import re
from collections.abc import ItemsView
from types import FrameType, TracebackType
from typing import Any

from django.http import HttpRequest
from django.views.debug import ExceptionReporter, SafeExceptionReporterFilter

QUERY = re.compile(r"\?\S*")


class WithoutQueries(logging.Filter):
    """Removes queries from logged request lines, because the query of Smartsheet's redirect has the authorization
    code.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Remove the queries from the record. Return True, so that the record is logged."""
        arguments = record.args if isinstance(record.args, tuple) else ()
        record.args = tuple(QUERY.sub("?…", one) if isinstance(one, str) else one for one in arguments)
        return True


class WithoutVariables(SafeExceptionReporterFilter):
    """Shows the source lines of a traceback, but no local variables, because some frames in Django's code have tokens
    that aren't encrypted yet.
    """

    def get_traceback_frame_variables(
        self, request: HttpRequest | None, tb_frame: FrameType | TracebackType
    ) -> ItemsView[str, Any]:
        return dict[str, Any]().items()


class WithoutRequest(ExceptionReporter):
    """Shows the traceback, but not the request, because its address can have an authorization code, and its cookies
    have the session key.
    """

    def get_traceback_data(self) -> dict[str, Any]:
        return {**super().get_traceback_data(), "request": None}
