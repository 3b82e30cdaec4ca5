"""How our own forms look, whatever the project's FORM_RENDERER is: that one stays the project's."""

from django.forms.renderers import DjangoTemplates


class FormRenderer(DjangoTemplates):
    """Fields by our template, everything else by Django's. A form names RENDERER as its `default_renderer`.

    https://docs.djangoproject.com/en/5.2/ref/forms/api/#django.forms.Form.default_renderer
    """

    field_template_name = "edits/forms/field.html"


# One for all forms, as it keeps the templates that it compiled: of a class, Django makes one for each form.
RENDERER = FormRenderer()
