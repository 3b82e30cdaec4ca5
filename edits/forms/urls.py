"""Defines the addresses below /forms/."""

from collections.abc import Sequence

from django.db import transaction
from django.urls import URLPattern, path, register_converter
from django.urls.converters import IntConverter

from edits.forms.asking import answer_views, ask_views, request_views
from edits.forms.designing import history, lists, previews, publishing, takeover, views
from edits.forms.filling import delete_views, list_views
from edits.forms.filling import views as filling


class RowConverter(IntConverter):
    """The id of a row in an address. If the number is 0, or too large for the database, the address isn't found (404).
    The number 0 is excluded because drafts for new rows are stored with it.
    """

    regex = "[0-9]{1,18}"

    def to_python(self, value: str) -> int:
        if row_id := super().to_python(value):
            return row_id
        raise ValueError("No row has the number 0.")


register_converter(RowConverter, "row")
app_name = "forms"
urlpatterns: Sequence[URLPattern] = [
    path("design/", lists.forms_page, name="designed"),
    path("design/new/", lists.choose_sheet, name="choose_sheet"),
    path("design/new/<int:sheet_id>/", lists.new_form, name="new_form"),
    path("design/stop/<str:signed>/", answer_views.stop_problem_mails, name="stop_problem_mails"),
    path("design/<int:form_id>/", views.design, name="design"),
    path("design/<int:form_id>/preview/", previews.preview, name="preview"),
    path("design/<int:form_id>/publish/", publishing.publish, name="publish"),
    path("design/<int:form_id>/close/", publishing.close, name="close"),
    path("design/<int:form_id>/qr.svg", publishing.qr_code, name="qr_code"),
    path("design/<int:form_id>/duplicate/", lists.duplicate, name="duplicate"),
    path("design/<int:form_id>/delete/", lists.delete, name="delete"),
    path("design/<int:form_id>/history/", history.history, name="history"),
    path("design/<int:form_id>/history/<int:history_id>/restore/", history.restore, name="restore"),
    path("design/<int:form_id>/take-over/", takeover.take_over, name="take_over"),
    path("asked/", request_views.asked, name="asked"),
    path("asked/<uuid:request_id>/", request_views.request_page, name="request"),
    path("asked/<uuid:request_id>/cancel/", request_views.cancel, name="cancel_request"),
    path("asked/<uuid:request_id>/remind/", request_views.remind, name="remind"),
    path("asked/answer/<uuid:person_id>/", answer_views.answer, name="answer"),
    path("asked/answer/<uuid:person_id>/nothing/", answer_views.nothing_to_change, name="nothing_to_change"),
    path("asked/stop/<str:signed>/", answer_views.stop_reminders, name="stop_reminders"),
    path("<slug:slug>/ask/", ask_views.ask, name="ask"),
    path("", list_views.forms, name="forms"),
    path("<slug:slug>/", list_views.rows, name="rows"),
    path("<slug:slug>/add/", filling.add, name="add"),
    path("<slug:slug>/rows/<row:row_id>/", filling.row, name="row"),
    path("<slug:slug>/rows/<row:row_id>/delete/", delete_views.delete, name="delete"),
    path("<slug:slug>/rows/<row:row_id>/saved/<uuid:edit_id>/", filling.saved, name="saved"),
]
for pattern in urlpatterns:  # the views commit their own log entries, even if ATOMIC_REQUESTS is on
    transaction.non_atomic_requests(pattern.callback)
