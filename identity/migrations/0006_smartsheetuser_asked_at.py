from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('identity', '0005_browser_sessions'),
    ]

    operations = [
        migrations.AddField(
            model_name='smartsheetuser',
            name='asked_at',
            field=models.DateTimeField(help_text='when a job last began to fetch the profile', null=True),
        ),
    ]
