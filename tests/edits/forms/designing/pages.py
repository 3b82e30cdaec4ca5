"""A browser without JavaScript on the designer's page: it types into the form, and presses its buttons."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.test import Client

from edits.forms.models import FormDefinition
from tests.edits.browser import Fields, FormReader


@dataclass
class DesignerPage:
    """The page as the designer sees it. `fields` has the values that the page's form would send."""

    client: Client
    path: str
    status: int = 0
    html: str = field(default="", repr=False)
    text: str = field(default="", repr=False)
    fields: Fields = field(default_factory=dict, repr=False)

    @classmethod
    def open(cls, client: Client, form: FormDefinition, query: str = "") -> DesignerPage:
        page = cls(client, f"/forms/design/{form.pk}/")
        page._read(client.get(page.path + query))
        return page

    def type(self, **values: str | list[str]) -> DesignerPage:
        """Type into controls. For check boxes, give a list of the ticked values."""
        for name, value in values.items():
            assert name in self.fields or name in self.kinds, f"there is no {name} in {[*self.fields]}"
            self.fields[name] = [value] if isinstance(value, str) else value
        return self

    def press(self, do: str, **values: str) -> DesignerPage:
        """Press a button. A redirect is followed."""
        assert f'value="{do}"' in self.html, f"there is no button {do}"
        sent = self.fields | {"do": [do]} | {name: [value] for name, value in values.items()}
        self._read(self.client.post(self.path, sent, follow=True))
        return self

    def choose(self, panel: object) -> DesignerPage:
        return self.press(f"choose:{panel}")

    kinds: dict[str, str] = field(default_factory=dict, repr=False)

    def _read(self, response: Any) -> None:
        self.status, self.html = response.status_code, response.content.decode()
        reader = FormReader("design")
        reader.feed(self.html)
        self.fields, self.kinds = reader.fields, reader.kinds
        self.text = " ".join("".join(reader.texts).split())
