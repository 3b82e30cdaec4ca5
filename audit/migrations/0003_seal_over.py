"""Adds an index that finds the seal over a link."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_chain")]

    operations = [
        migrations.AddIndex("seal", models.Index(fields=["last_seq", "id"], name="audit_seal_over")),
    ]
