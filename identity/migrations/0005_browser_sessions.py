import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('identity', '0004_roles'),
    ]

    operations = [
        migrations.CreateModel(
            name='BrowserSession',
            fields=[
                ('session_key', models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name='session key')),
                ('session_data', models.TextField(verbose_name='session data')),
                ('expire_date', models.DateTimeField(db_index=True, verbose_name='expire date')),
                ('public_id', models.UUIDField(default=uuid.uuid4, help_text='shown to the owner, because the key is a secret', unique=True)),
                ('started_at', models.DateTimeField(null=True)),
                ('seen_at', models.DateTimeField(null=True)),
                ('ip', models.GenericIPAddressField(null=True)),
                ('browser', models.TextField()),
                ('ended_because', models.CharField(choices=[('idle', 'The browser had been unused for too long.'), ('too_old', 'The person had been signed in for too long.'), ('elsewhere', 'The person ended the session from another browser.'), ('disconnected', 'The person disconnected the app.'), ('revoked', "Smartsheet has ended the app's access to the person's account."), ('barred', "The person can't use the app any more.")], max_length=20)),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='browser_sessions', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'session',
                'verbose_name_plural': 'sessions',
                'abstract': False,
            },
        ),
    ]
