"""What Django's own pages and mails about a fault may show."""

from collections.abc import ItemsView
from types import FrameType, TracebackType
from typing import Any

from django.http import HttpRequest
from django.views.debug import ExceptionReporter, SafeExceptionReporterFilter


class WithoutVariables(SafeExceptionReporterFilter):
    """The source lines, but no local variable: in Django's own frames tokens stand as they are, not yet encrypted."""

    def get_traceback_frame_variables(
        self, request: HttpRequest | None, tb_frame: FrameType | TracebackType
    ) -> ItemsView[str, Any]:
        return dict[str, Any]().items()


class WithoutRequest(ExceptionReporter):
    """Where it went wrong, but not what was asked: Smartsheet's codes stand in addresses, and sessions in cookies."""

    def get_traceback_data(self) -> dict[str, Any]:
        return {**super().get_traceback_data(), "request": None}
