from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audit", "0013_unsettled_progress")]

    # What a page lists: one entry per edit, however many entries the edits have.
    operations = [
        migrations.AddIndex(
            "entry", models.Index(fields=["id"], name="audit_entry_head", condition=models.Q(is_head=True))
        )
    ]
