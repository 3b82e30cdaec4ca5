"""Adds the table of the log's sums by day."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audit", "0007_column_index")]

    operations = [
        migrations.CreateModel(
            name="Tally",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("region", models.CharField(blank=True, max_length=16)),
                ("actor_id", models.BigIntegerField()),
                ("sheet_id", models.BigIntegerField(default=0)),
                ("action", models.CharField(max_length=32)),
                ("outcome", models.CharField(max_length=16)),
                ("count", models.BigIntegerField()),
            ],
            options={
                "verbose_name_plural": "tallies",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("day", "region", "actor_id", "sheet_id", "action", "outcome"), name="audit_tally_once"
                    )
                ],
            },
        ),
    ]
