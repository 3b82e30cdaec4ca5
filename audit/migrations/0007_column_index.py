"""Adds an index on the column of a sheet."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audit", "0006_savedfilter")]

    operations = [
        migrations.AddIndex(
            "entry",
            models.Index(
                fields=["sheet_id", "column_id", "id"],
                name="audit_entry_column",
                condition=models.Q(("column_id__isnull", False)),
            ),
        ),
    ]
