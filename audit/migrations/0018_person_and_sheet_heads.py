"""Adds indexes for the log pages of a person and of a sheet, which list one entry for each edit."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audit", "0017_forms")]

    operations = [
        migrations.AddIndex(
            "entry",
            models.Index(fields=[column, "id"], name=name, condition=models.Q(is_head=True)),
        )
        for column, name in (("actor_id", "audit_entry_actor_head"), ("sheet_id", "audit_entry_sheet_head"))
    ]
