"""Adds the chain: links, seals, commitments in place of names, and on PostgreSQL monthly partitions.

Existing entries get their commitments, leaves and links in the order of their ids.
"""

import hashlib
import hmac
import json
import secrets

from django.db import migrations, models
from django.db.migrations.exceptions import IrreversibleError

from audit.database import partitions, triggers_postgresql
from audit.proof import leaves

PHASES = [
    ("intent", "not certain yet"),
    ("applied", "saved"),
    ("refused", "refused"),
    ("failed", "failed"),
    ("unknown", "not certain yet"),
    ("conflict", "conflict"),
    ("unchanged", "nothing to change"),
    ("forbidden", "not allowed"),
    ("not_applied", "not saved"),
    ("undecidable", "cannot be decided"),
    ("done", "done"),
    ("confirmed", "confirmed by Smartsheet"),
    ("missing", "missing in Smartsheet"),
    ("outside", "changed outside the app"),
    ("misattributed", "attributed to another person"),
]
ACTIONS = [
    ("change", "changed cell"),
    ("add", "added row"),
    ("delete", "deleted row"),
    ("sign_in", "signed in"),
    ("sign_out", "signed out"),
    ("refresh", "renewed the access token"),
    ("revoke", "lost the access token"),
    ("disconnect", "disconnected"),
    ("session_end", "session ended"),
    ("record", "changed a record of this app"),
    ("read", "read the log"),
    ("export", "exported the log"),
    ("erase", "erased personal data"),
    ("retain", "retired old entries"),
    ("reconcile", "compared with Smartsheet"),
    ("anchor", "anchored a seal"),
]
ORIGINS = [
    ("form", "row form"),
    ("undo", "undo"),
    ("app", "this app"),
    ("command", "command line"),
    ("admin", "admin"),
    ("outside", "outside of this app"),
]


def lift(_apps, schema_editor):
    """Drop the existing triggers. Their new versions are installed after the migration."""
    connection = schema_editor.connection
    names = ["no_update", "no_delete", "no_replace", "clock", "no_change", "no_truncate"]
    on = " ON audit_entry" if connection.vendor == "postgresql" else ""
    for name in names:
        schema_editor.execute(f"DROP TRIGGER IF EXISTS audit_entry_{name}{on}", params=None)


def host_only(_apps, schema_editor):
    """Remove the prefix length, such as /32, which PostgreSQL adds when it converts an address to text."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("UPDATE audit_entry SET ip = split_part(ip, '/', 1) WHERE ip LIKE '%/%'", params=None)


def chain(apps, schema_editor):
    """Give the existing entries commitments, leaves and links."""
    database = schema_editor.connection.alias
    Entry, Leaf, PersonalText = (apps.get_model("audit", name) for name in ("Entry", "Leaf", "PersonalText"))
    commitments, hash_ = {}, leaves.GENESIS
    for seq, entry in enumerate(Entry.objects.using(database).order_by("id").iterator(), 1):
        names = (entry.region, entry.actor_id, entry.actor_name, entry.actor_email)
        if names not in commitments:
            text, salt = json.dumps(names[2:], ensure_ascii=False, separators=(",", ":")), secrets.token_hex(32)
            commitments[names] = hmac.digest(bytes.fromhex(salt), text.encode(), hashlib.sha256).hex()
            PersonalText.objects.using(database).create(
                commitment=commitments[names],
                salt=salt,
                text=text,
                kind="actor",
                region=entry.region,
                person_id=entry.actor_id,
                email=entry.actor_email,
            )
        entry.actor, entry.is_head = commitments[names], entry.phase == "intent"
        values = [*(getattr(entry, name) for name in leaves.COLUMNS_1), None]
        values[0] = entry.edit_id.hex
        entry.leaf = leaves.leaf(values)
        entry.save(using=database, update_fields=["actor", "is_head", "leaf"])
        record = leaves.record(seq=seq, entry_id=entry.id, at=leaves.microseconds(entry.at), leaf=entry.leaf)
        hash_ = leaves.link(hash_, record)
        Leaf.objects.using(database).create(seq=seq, entry_id=entry.id, hash=hash_)


def partition(apps, schema_editor):
    """On PostgreSQL, create the table again with monthly partitions, and copy the entries."""
    if schema_editor.connection.vendor != "postgresql":
        return
    for function in triggers_postgresql.FUNCTIONS:
        schema_editor.execute(function, params=None)
    for statement in (
        "SET CONSTRAINTS ALL IMMEDIATE",
        "ALTER TABLE audit_entry RENAME TO audit_entry_whole",
        "ALTER TABLE audit_entry_whole ALTER COLUMN id DROP IDENTITY",
        """CREATE TABLE audit_entry (LIKE audit_entry_whole INCLUDING DEFAULTS INCLUDING CONSTRAINTS)
           PARTITION BY RANGE (at)""",
        "CREATE SEQUENCE audit_entry_id_seq OWNED BY audit_entry.id",
        "ALTER TABLE audit_entry ALTER COLUMN id SET DEFAULT nextval('audit_entry_id_seq')",
        "SELECT audit_add_partition(month) FROM (SELECT DISTINCT date_trunc('month', at) AS month FROM audit_entry_whole) AS m",
        "INSERT INTO audit_entry SELECT * FROM audit_entry_whole",
        "SELECT setval('audit_entry_id_seq', (SELECT max(id) + 1 FROM audit_entry), false) FROM audit_entry LIMIT 1",
        "DROP TABLE audit_entry_whole",
        "ALTER TABLE audit_entry ADD PRIMARY KEY (id, at)",
    ):
        schema_editor.execute(statement, params=None)
    entry = apps.get_model("audit", "Entry")
    for index in entry._meta.indexes:
        schema_editor.execute(index.create_sql(entry, schema_editor), params=None)
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "SELECT audit_add_partition(now() + n * interval '1 month') FROM generate_series(0, %s) AS n",
            [partitions.AHEAD],
        )


def keep(apps, schema_editor):
    """Refuse to undo this migration if there are entries, because their chain would be lost."""
    if apps.get_model("audit", "Entry").objects.using(schema_editor.connection.alias).exists():
        raise IrreversibleError("The audit log holds entries: their chain and names would be lost. Nothing was changed.")


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_entry")]

    operations = [
        migrations.RunPython(lift, migrations.RunPython.noop),
        migrations.CreateModel(
            name="Leaf",
            fields=[
                ("seq", models.BigIntegerField(primary_key=True, serialize=False)),
                ("entry_id", models.BigIntegerField(unique=True)),
                ("hash", models.BinaryField(max_length=32)),
            ],
            options={"verbose_name_plural": "leaves"},
        ),
        migrations.CreateModel(
            name="Seal",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField(verbose_name="at (UTC)")),
                ("first_seq", models.BigIntegerField()),
                ("last_seq", models.BigIntegerField()),
                ("root", models.BinaryField(max_length=32)),
                ("head", models.BinaryField(max_length=32)),
                ("previous", models.BinaryField(max_length=32)),
                ("key_id", models.CharField(max_length=16)),
                ("signature", models.BinaryField(max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name="PersonalText",
            fields=[
                ("commitment", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("salt", models.CharField(blank=True, max_length=64)),
                ("text", models.TextField(blank=True)),
                (
                    "kind",
                    models.CharField(choices=[("actor", "name and e-mail address"), ("value", "value")], max_length=8),
                ),
                ("region", models.CharField(blank=True, max_length=16)),
                ("person_id", models.BigIntegerField(null=True)),
                ("email", models.TextField(blank=True)),
                ("erased_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["person_id", "region", "kind"], name="audit_personal_person"),
                    models.Index(
                        condition=models.Q(("email", ""), _negated=True),
                        fields=["email"],
                        name="audit_personal_email",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Cursor",
            fields=[
                ("name", models.CharField(max_length=100, primary_key=True, serialize=False)),
                ("seq", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.AlterField("entry", "ip", models.CharField(max_length=45, null=True, verbose_name="IP address")),
        migrations.RunPython(host_only, migrations.RunPython.noop),
        migrations.AlterField("entry", "phase", models.CharField(choices=PHASES, max_length=16)),
        migrations.AlterField("entry", "action", models.CharField(choices=ACTIONS, max_length=32)),
        migrations.AlterField("entry", "origin", models.CharField(choices=ORIGINS, max_length=16)),
        migrations.AddField("entry", "is_head", models.BooleanField(default=True)),
        migrations.AddField("entry", "actor", models.CharField(default="", max_length=64), preserve_default=False),
        migrations.AddField("entry", "subject", models.TextField(blank=True, default=""), preserve_default=False),
        migrations.AddField("entry", "evidence", models.TextField(null=True)),
        migrations.AddField("entry", "refers_to", models.BigIntegerField(null=True)),
        migrations.AddField("entry", "leaf", models.BinaryField(default=b"", max_length=32), preserve_default=False),
        migrations.RunPython(chain, migrations.RunPython.noop),
        migrations.RemoveField("entry", "actor_name"),
        migrations.RemoveField("entry", "actor_email"),
        migrations.AlterModelOptions(
            "entry",
            options={
                "verbose_name_plural": "entries",
                "permissions": [
                    ("view_all", "Can read everybody's entries"),
                    ("export", "Can export the log"),
                    ("erase", "Can erase a person's name from the log"),
                ],
            },
        ),
        migrations.AddIndex(
            "entry",
            models.Index(
                condition=models.Q(("subject", ""), _negated=True),
                fields=["subject", "id"],
                name="audit_entry_subject",
            ),
        ),
        migrations.AddIndex(
            "entry",
            models.Index(
                condition=models.Q(("refers_to__isnull", False)), fields=["refers_to"], name="audit_entry_refers"
            ),
        ),
        migrations.AddIndex(
            "entry",
            models.Index(
                condition=models.Q(("phase__in", ["intent", "applied"]), _negated=True),
                fields=["phase", "id"],
                name="audit_entry_notable",
            ),
        ),
        migrations.AddIndex(
            "entry",
            models.Index(
                condition=models.Q(("action", "change"), _negated=True),
                fields=["action", "id"],
                name="audit_entry_action",
            ),
        ),
        migrations.RunPython(partition, keep),
    ]
