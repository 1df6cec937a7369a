"""Files of applications, and their rows; a decision of a batch names the event that binds it."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

# As in 0003: a transaction that says whose it is sees that partner's rows only. A row's result is
# written once; after its time it is deleted with its batch.
GUARDS = """
ALTER TABLE credit_batch ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_partner ON credit_batch USING (
    coalesce(current_setting('app.partner', true), '') IN ('', partner_id::text)
);
ALTER TABLE credit_batchrow ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_partner ON credit_batchrow USING (
    coalesce(current_setting('app.partner', true), '') = ''
    OR EXISTS (SELECT FROM credit_batch b WHERE b.id = batch_id)
);
REVOKE UPDATE ON credit_batchrow FROM evenhand_app;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("credit", "0009_webhooks"),
    ]

    operations = [
        migrations.AddField(
            model_name="decision",
            name="event",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                help_text="of a batch, which binds many decisions; else the event names this one",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="credit.auditevent",
            ),
        ),
        migrations.AlterField(
            model_name="apikey",
            name="scopes",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("score", "Score applications"),
                        ("read", "Read own decisions"),
                        ("outcomes", "Report outcomes"),
                        ("batch", "Send files of applications"),
                        ("webhooks", "Be told of events"),
                    ],
                    max_length=20,
                ),
                size=None,
            ),
        ),
        migrations.AlterField(
            model_name="auditevent",
            name="type",
            field=models.CharField(
                choices=[
                    ("application_decided", "Application scored and recommended"),
                    ("batch_received", "File of applications received"),
                    ("batch_decided", "Rows of a file scored and recommended"),
                    ("batch_ended", "File of applications finished"),
                    ("officer_decided", "Officer decided"),
                    ("feedback_given", "Feedback given"),
                    ("outcome_reported", "Outcome reported"),
                    ("outcome_corrected", "Outcome corrected"),
                    ("outcome_requested", "Outcome asked for"),
                    ("contract_registered", "Contract registered"),
                    ("policy_put_in_force", "Policy put in force"),
                    ("loans_ingested", "Past loans ingested"),
                    ("training_requested", "Training requested"),
                    ("model_trained", "Model trained"),
                    ("training_failed", "Training failed"),
                    ("model_promoted", "Model promoted"),
                    ("model_retired", "Model retired"),
                    ("key_issued", "API key issued"),
                    ("key_revoked", "API key revoked"),
                    ("key_rotated", "API key replaced"),
                    ("key_limited", "Rate limit of a key set"),
                    ("token_granted", "Access token granted"),
                    ("record_exported", "Record of a decision exported"),
                    ("vault_read", "Protected attributes read for aggregates"),
                    ("user_created", "User created"),
                    ("roles_changed", "Roles changed"),
                    ("account_changed", "Account changed"),
                    ("partner_changed", "Partner changed"),
                    ("password_set", "Password set"),
                    ("alert_resolved", "Alert resolved"),
                    ("webhook_registered", "Webhook registered"),
                    ("webhook_paused", "Webhook paused"),
                    ("webhook_resumed", "Webhook resumed"),
                    ("webhook_secret_rotated", "Webhook's secret exchanged"),
                    ("webhook_removed", "Webhook removed"),
                    ("webhook_disabled", "Webhook disabled"),
                    ("webhook_replayed", "Webhook delivery replayed"),
                ],
                max_length=30,
            ),
        ),
        migrations.CreateModel(
            name="Batch",
            fields=[
                ("id", models.CharField(max_length=26, primary_key=True, serialize=False)),
                (
                    "format",
                    models.CharField(
                        choices=[("csv", "CSV"), ("ndjson", "NDJSON"), ("parquet", "Parquet")],
                        max_length=10,
                    ),
                ),
                ("bytes", models.PositiveBigIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Waiting for the worker"),
                            ("running", "Running"),
                            ("completed", "Every row has its result"),
                            ("cancelled", "Cancelled by the partner"),
                            ("failed", "The file could not be read to its end"),
                        ],
                        default="queued",
                        max_length=10,
                    ),
                ),
                ("received_at", models.DateTimeField()),
                ("started_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "attempts",
                    models.PositiveIntegerField(
                        default=0, help_text="times a worker took it up; only the latest may write"
                    ),
                ),
                (
                    "stalls",
                    models.PositiveSmallIntegerField(
                        default=0, help_text="times it was taken up since a row was last stored"
                    ),
                ),
                (
                    "rows",
                    models.PositiveIntegerField(help_text="of the file, once counted", null=True),
                ),
                ("rows_decided", models.PositiveIntegerField(default=0)),
                ("rows_refused", models.PositiveIntegerField(default=0)),
                (
                    "problems",
                    models.JSONField(
                        default=list,
                        help_text="why it failed: [{after_row, pointer, code, detail}]",
                    ),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="credit.partner"
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="credit.product"
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="BatchRow",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "batch_id",
                        "number",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("number", models.PositiveIntegerField(help_text="1 is the first row of data")),
                ("problems", models.JSONField(default=list, help_text="[{pointer, code, detail}]")),
                (
                    "batch",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="credit.batch",
                    ),
                ),
                (
                    "decision",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="credit.decision",
                    ),
                ),
            ],
            options={
                "ordering": ["batch_id", "number"],
            },
        ),
        migrations.AddIndex(
            model_name="batch",
            index=models.Index(
                condition=models.Q(("state__in", ["queued", "running"])),
                fields=["id"],
                name="batch_unfinished",
            ),
        ),
        migrations.AddIndex(
            model_name="batch",
            index=models.Index(fields=["partner", "id"], name="batch_by_partner"),
        ),
        migrations.AddConstraint(
            model_name="batch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("finished_at", None), ("state__in", ["queued", "running"])),
                    models.Q(
                        models.Q(("state__in", ["queued", "running"]), _negated=True),
                        ("finished_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="batch_finished_or_not",
            ),
        ),
        migrations.AddConstraint(
            model_name="batchrow",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decision__isnull", False), ("problems", [])),
                    models.Q(("decision", None), models.Q(("problems", []), _negated=True)),
                    _connector="OR",
                ),
                name="batch_row_decided_or_refused",
            ),
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
    ]
