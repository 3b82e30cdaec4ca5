"""Renders this project's own forms. A site's FORM_RENDERER stays unchanged."""

from django.forms.renderers import DjangoTemplates


class FormRenderer(DjangoTemplates):
    """Renders fields with our template, and everything else with Django's. Forms have RENDERER as `default_renderer`.

    https://docs.djangoproject.com/en/5.2/ref/forms/api/#django.forms.Form.default_renderer
    """

    field_template_name = "edits/forms/field.html"


# All forms share this instance, because it caches compiled templates. If `default_renderer` were a class, Django would
# create an instance for each form.
RENDERER = FormRenderer()
