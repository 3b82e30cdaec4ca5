"""Keeps secrets out of request lines in the log, and out of Django's error pages and mails."""

import logging
import re
from collections.abc import ItemsView
from types import FrameType, TracebackType
from typing import Any

from django.http import HttpRequest
from django.views.debug import ExceptionReporter, SafeExceptionReporterFilter

QUERY = re.compile(r"\?\S*")


class WithoutQueries(logging.Filter):
    """Cuts off query strings: Smartsheet's redirect has the authorization code and the state there."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Change the record, and log it."""
        arguments = record.args if isinstance(record.args, tuple) else ()
        record.args = tuple(QUERY.sub("?…", one) if isinstance(one, str) else one for one in arguments)
        return True


class WithoutVariables(SafeExceptionReporterFilter):
    """Shows source lines, but no local variables: in Django's own frames they hold tokens before their encryption."""

    def get_traceback_frame_variables(
        self, request: HttpRequest | None, tb_frame: FrameType | TracebackType
    ) -> ItemsView[str, Any]:
        return dict[str, Any]().items()


class WithoutRequest(ExceptionReporter):
    """Shows the traceback, but not the request: addresses hold authorization codes, cookies hold sessions."""

    def get_traceback_data(self) -> dict[str, Any]:
        return {**super().get_traceback_data(), "request": None}
