"""Decisions and the audit trail by month (decision record 0016). Rows are moved, none is lost.

The partitions stand in a schema that nobody may use: the tables are the only way to them, with
their rights, row security and triggers.
"""

import django.db.models.deletion
from django.db import migrations, models

from credit.migrations import _months_sql as sql

_OWN_PARTNER = models.ForeignKey(
    "credit.partner",
    null=True,
    on_delete=django.db.models.deletion.PROTECT,
    related_name="+",
    db_constraint=False,
    db_index=False,
    help_text="the application's: row security looks at each row alone",
)
STATE = [
    migrations.AlterModelOptions("decision", {"ordering": ["-application_id"]}),
    migrations.RemoveField("decision", "id"),
    migrations.AlterField(
        "decision",
        "application",
        models.OneToOneField(
            "credit.application",
            primary_key=True,
            serialize=False,
            db_column="id",
            db_constraint=False,
            on_delete=django.db.models.deletion.PROTECT,
            related_name="decision",
        ),
    ),
    migrations.AddField("decision", "partner", _OWN_PARTNER),
    migrations.AddField("score", "partner", _OWN_PARTNER.clone()),
    migrations.AlterField(
        "score",
        "application",
        models.OneToOneField(
            "credit.application",
            primary_key=True,
            serialize=False,
            db_constraint=False,
            on_delete=django.db.models.deletion.PROTECT,
            related_name="score",
        ),
    ),
    migrations.AlterField(
        "auditleaf",
        "event",
        models.OneToOneField(
            "credit.auditevent",
            primary_key=True,
            serialize=False,
            db_constraint=False,
            on_delete=django.db.models.deletion.PROTECT,
            related_name="leaf",
        ),
    ),
    migrations.AlterField(
        "batchrow",
        "decision",
        models.ForeignKey(
            "credit.decision",
            null=True,
            db_constraint=False,
            db_index=False,
            on_delete=django.db.models.deletion.PROTECT,
            related_name="+",
        ),
    ),
]


class Migration(migrations.Migration):
    dependencies = [("credit", "0011_indexes")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(each) for each in sql.IN_ORDER],
            state_operations=STATE,
        )
    ]
