"""Adds the index for searching text."""

from django.db import migrations

from audit import search


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_seal_over")]

    operations = [
        migrations.RunPython(
            lambda _apps, editor: search.make_index(editor.connection),
            lambda _apps, editor: search.drop_index(editor.connection),
        )
    ]
