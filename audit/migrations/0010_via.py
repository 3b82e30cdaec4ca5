"""Adds a column that says which form, app token, job or client made an entry. Leaves with this column have version 2.

The column is nullable and has no default. So SQLite can add it without rebuilding the table. Rebuilding would remove
the triggers. Entries without a value keep their leaves of version 1.
"""

from django.db import migrations, models
from django.db.migrations.exceptions import IrreversibleError

from audit.via import ViaValue, has_key


def keep(apps, schema_editor):
    """Refuse to undo this migration if an entry has a `via`, because without it the entry wouldn't match its leaf."""
    entries = apps.get_model("audit", "Entry").objects.using(schema_editor.connection.alias)
    if entries.exclude(via=None).exists():
        raise IrreversibleError("Some entries say in the column `via` what made them. Without this column, these entries would not match their leaves. Nothing was changed.")


def index(key):
    name = f"audit_entry_via_{key}"
    return migrations.AddIndex("entry", models.Index(ViaValue(key), models.F("id"), name=name, condition=has_key(key)))


class Migration(migrations.Migration):
    dependencies = [("audit", "0009_unsettled")]

    operations = [
        migrations.AddField("entry", "via", models.TextField(null=True)),
        index("form"),
        index("token"),
        index("job"),
        index("client"),
        migrations.RunPython(migrations.RunPython.noop, keep),
    ]
