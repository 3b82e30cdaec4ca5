from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("edits", "0003_history_readers")]

    operations = [
        migrations.AddField(
            model_name="submission",
            name="digest",
            field=models.CharField(blank=True, default="", help_text="of what was typed", max_length=64),
            preserve_default=False,
        )
    ]
