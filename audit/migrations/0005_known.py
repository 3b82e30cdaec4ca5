"""Adds a table that lists the people and sheets in the log."""

from django.db import migrations, models

# The query reads the index once for each person or sheet, and once for its newest entry. It reads nothing else.
# https://wiki.postgresql.org/wiki/Loose_indexscan
FILL = """
    WITH RECURSIVE ids(id) AS (
        SELECT MIN({id}) FROM audit_entry
        UNION ALL
        SELECT (SELECT MIN({id}) FROM audit_entry WHERE {id} > ids.id) FROM ids WHERE ids.id IS NOT NULL
    )
    INSERT INTO audit_known (kind, region, number, name)
    SELECT '{kind}', entry.region, ids.id, entry.{name} FROM ids
    JOIN audit_entry AS entry
        ON entry.id = (SELECT id FROM audit_entry WHERE {id} = ids.id ORDER BY audit_entry.id DESC LIMIT 1)
    WHERE ids.id IS NOT NULL AND ids.id <> 0"""


def fill(_apps, schema_editor):
    """List the people and sheets in the existing entries."""
    for columns in ({"kind": "person", "id": "actor_id", "name": "actor"}, {"kind": "sheet", "id": "sheet_id", "name": "sheet_name"}):
        schema_editor.execute(FILL.format(**columns), params=None)


class Migration(migrations.Migration):
    dependencies = [("audit", "0004_search")]

    operations = [
        migrations.CreateModel(
            name="Known",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[("person", "Person"), ("sheet", "Sheet")], max_length=8)),
                ("region", models.CharField(blank=True, max_length=16)),
                ("number", models.BigIntegerField()),
                ("name", models.TextField(blank=True)),
            ],
            options={
                "verbose_name_plural": "known people and sheets",
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "region", "number"), name="audit_known_once")
                ],
            },
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
