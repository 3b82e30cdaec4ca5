"""By which form, app token, job or client an entry came: one more column, which makes leaves of version 2.

The column is nullable and without a default, so SQLite adds it without rebuilding the table, which would lose the
triggers. Entries without it stay as they are: their leaves are of version 1.
"""

from django.db import migrations, models
from django.db.migrations.exceptions import IrreversibleError

from audit.via import ViaValue, has_key


def keep(apps, _schema_editor):
    """No entry loses what its leaf was made of."""
    if apps.get_model("audit", "Entry").objects.exclude(via=None).exists():
        raise IrreversibleError("Entries say how they came, and would no longer match their leaves. Nothing was changed.")


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
