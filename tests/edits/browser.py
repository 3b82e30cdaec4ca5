"""A browser without JavaScript: it parses the row form of a page, types into it, and sends what browsers send."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser
from typing import Any, Protocol

from django.test import Client
from django.utils.http import urlencode

URLENCODED = "application/x-www-form-urlencoded"
Fields = dict[str, list[str]]
INLINE = {"a", "b", "code", "del", "em", "i", "ins", "span", "strong", "time"}


class Answer(Protocol):
    """The attributes of a response that a Page needs. Responses of Django's test client have them too, although the
    type stubs don't derive these responses from HttpResponse.
    """

    @property
    def status_code(self) -> int: ...
    @property
    def content(self) -> bytes: ...
    @property
    def headers(self) -> Any: ...


class FormReader(HTMLParser):
    """Parses a page: its text, and the fields that the form `form_id` would send."""

    def __init__(self, form_id: str) -> None:
        super().__init__()
        self.form_id = form_id
        self.fields: Fields = {}
        self.kinds: dict[str, str] = {}
        self.options: Fields = {}
        self.texts: list[str] = []
        self._is_inside = False
        self._is_script = False
        self._area: str | None = None
        self._select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self._is_script = tag in {"script", "style"}
        self._part(tag)
        if tag == "form":
            self._is_inside = values.get("id") == self.form_id
        name = values.get("name")
        if tag == "option" and self._select:
            self._option(values)
        if not self._is_inside or not name:
            return
        self.kinds[name] = str(values.get("type") or tag)
        if tag == "input":
            self._input(name, values)
        elif tag == "textarea":
            self._area = name
            self.fields[name] = [""]
        elif tag == "select":
            self._select = name

    def handle_endtag(self, tag: str) -> None:
        self._part(tag)
        if tag == "form":
            self._is_inside = False
        elif tag == "textarea" and self._area:
            self.fields[self._area] = [self.fields[self._area][0].removeprefix("\n").replace("\n", "\r\n")]
            self._area = None
        elif tag == "select":
            self._select = None
        self._is_script = False

    def handle_data(self, data: str) -> None:
        if self._area:
            self.fields[self._area][0] += data
        if not self._is_script:
            self.texts.append(data)

    def _part(self, tag: str) -> None:
        self.texts.append("" if tag in INLINE else " ")

    def _input(self, name: str, values: dict[str, str | None]) -> None:
        if values.get("type") in {"checkbox", "radio"}:
            self.options.setdefault(name, []).append(values.get("value") or "on")
            if "checked" not in values:
                return
        value = (values.get("value") or ("on" if values.get("type") == "checkbox" else "")).replace("\n", "\r\n")
        self.fields.setdefault(name, []).append(value)

    def _option(self, values: dict[str, str | None]) -> None:
        assert self._select
        value = values.get("value") or ""
        self.options.setdefault(self._select, []).append(value)
        if "selected" in values or self._select not in self.fields:
            self.fields[self._select] = [value]


@dataclass
class Page:
    """An answer of the app, as a person sees it. The HTML is parsed only if a test reads what is on the page, because
    many tests only check the status.
    """

    client: Client
    path: str
    status: int
    html: str = field(repr=False)
    headers: Any = field(repr=False)
    was_redirected: bool = False

    @classmethod
    def of(cls, client: Client, path: str, response: Answer) -> Page:
        return cls(client, path, response.status_code, response.content.decode(), response.headers)

    @cached_property
    def _parsed(self) -> FormReader:
        reader = FormReader("row-form")
        reader.feed(self.html.replace("\r\n", "\n"))  # as HTML parsers read it
        return reader

    @cached_property
    def text(self) -> str:
        return " ".join("".join(self._parsed.texts).split())

    @cached_property
    def fields(self) -> Fields:
        """The fields that the form sends. Tests type into them."""
        return self._parsed.fields

    @property
    def kinds(self) -> dict[str, str]:
        return self._parsed.kinds

    @property
    def options(self) -> Fields:
        return self._parsed.options

    @classmethod
    def open(cls, client: Client, path: str) -> Page:
        return cls.of(client, path, client.get(path))

    def type(self, changes: dict[int, str | list[str] | None]) -> Page:
        """Type into the fields of these columns. For check boxes, give a list of the ticked values, or None."""
        for column_id, value in changes.items():
            name = f"col-{column_id}"
            assert name in self.kinds, f"there is no field {name}"
            self.fields[name] = [value] if isinstance(value, str) else value or []
        return self

    def choose(self, column_id: int, choice: str) -> Page:
        """Choose "theirs" or "mine" for a cell with a conflict."""
        name = f"choice-col-{column_id}"
        assert choice in self.options[name]
        self.fields[name] = [choice]
        return self

    def save(self) -> Page:
        """Press Save. A redirect is followed."""
        response = self.client.post(self.path, self.sent, content_type=URLENCODED, follow=True)
        path = response.redirect_chain[-1][0] if response.redirect_chain else self.path
        page = Page.of(self.client, path, response)
        page.was_redirected = bool(response.redirect_chain)
        return page

    def send(self) -> None:
        """Press Save, but don't follow the redirect. This is faster than save(), which opens the next page."""
        response = self.client.post(self.path, self.sent, content_type=URLENCODED)
        assert response.status_code == 302, response.content.decode()

    @property
    def sent(self) -> str:
        """The body of the POST that sends the form, in the encoding that browsers use."""
        return urlencode({name: values for name, values in self.fields.items() if values}, doseq=True)

    def value(self, column_id: int) -> str:
        """Return the value of a column's field."""
        (value,) = self.fields.get(f"col-{column_id}", [""])
        return value.replace("\r\n", "\n")

    def add(self, column_id: int, text: str) -> Page:
        """Type a value that isn't among a column's choices into the input that is for such values."""
        self.fields[f"other-col-{column_id}"] = [text]
        return self

    def confirm(self) -> Page:
        """Tick all boxes that ask for confirmation."""
        asked = {name: values for name, values in self.options.items() if name.startswith("sure-")}
        assert asked, self.text
        self.fields |= asked
        return self
