from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import migrations, models


def block_people_instead_of_users(apps, editor):
    """Block people whose users are deactivated, and activate these users. Until now, deactivating a user was the way to
    block a person. Users with a password stay as they are.
    """
    database = editor.connection.alias
    people = apps.get_model("identity", "SmartsheetUser").objects.using(database)
    if not people.exists():  # on a new site, whose users don't always have these columns
        return
    blocked = people.filter(user__is_active=False, user__password__startswith=UNUSABLE_PASSWORD_PREFIX)
    users = list(blocked.values_list("user", flat=True))
    blocked.update(is_blocked=True)
    apps.get_model(settings.AUTH_USER_MODEL).objects.using(database).filter(pk__in=users).update(is_active=True)


def deactivate_users_instead_of_people(apps, editor):
    database = editor.connection.alias
    people = apps.get_model("identity", "SmartsheetUser").objects.using(database).filter(is_blocked=True)
    users = list(people.values_list("user", flat=True))
    if users:
        apps.get_model(settings.AUTH_USER_MODEL).objects.using(database).filter(pk__in=users).update(is_active=False)


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("identity", "0009_connecting"),
    ]

    operations = [
        migrations.AddField("smartsheetuser", "is_blocked", models.BooleanField(default=False)),
        migrations.RunPython(block_people_instead_of_users, deactivate_users_instead_of_people, elidable=True),
    ]
