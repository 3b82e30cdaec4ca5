from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audit", "0013_unsettled_progress")]

    # For the log page, which lists one entry for each edit, even if the edit has many.
    operations = [
        migrations.AddIndex(
            "entry", models.Index(fields=["id"], name="audit_entry_head", condition=models.Q(is_head=True))
        )
    ]
