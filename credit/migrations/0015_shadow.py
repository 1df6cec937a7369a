"""Versions in shadow score beside the champion. What they said is written once."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# Partners see nothing of it: a transaction that says whose it is finds no row. The owner may delete
# what is old; nobody changes what was said.
GUARDS = """
ALTER TABLE credit_shadowscore ENABLE ROW LEVEL SECURITY;
CREATE POLICY staff ON credit_shadowscore
    USING (coalesce(current_setting('app.partner', true), '') = '');
CREATE TRIGGER never_changed BEFORE UPDATE OR TRUNCATE ON credit_shadowscore
    FOR EACH STATEMENT EXECUTE FUNCTION credit_refuse_change();
REVOKE UPDATE, DELETE ON credit_shadowscore FROM evenhand_app;
"""


class Migration(migrations.Migration):
    dependencies = [("credit", "0014_retention")]

    operations = [
        migrations.AddField(
            model_name="modelversion",
            name="shadowed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="modelversion",
            name="shadowed_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
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
                    ("model_shadowed", "Model put into shadow"),
                    ("model_promoted", "Model promoted"),
                    ("model_retired", "Model retired"),
                    ("key_issued", "API key issued"),
                    ("key_revoked", "API key revoked"),
                    ("key_rotated", "API key replaced"),
                    ("key_limited", "Rate limit of a key set"),
                    ("token_granted", "Access token granted"),
                    ("record_exported", "Record of a decision exported"),
                    ("month_dropped", "Month dropped at the end of its retention"),
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
        migrations.AlterField(
            model_name="modelversion",
            name="stage",
            field=models.CharField(
                choices=[
                    ("candidate", "Candidate"),
                    ("shadow", "Shadow"),
                    ("champion", "Champion"),
                    ("retired", "Retired"),
                ],
                default="candidate",
                max_length=12,
            ),
        ),
        migrations.AddConstraint(
            model_name="modelversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("shadowed_by", None),
                    models.Q(("shadowed_by", models.F("trained_by")), _negated=True),
                    _connector="OR",
                ),
                name="model_version_shadowed_by_someone_else",
            ),
        ),
        migrations.AddConstraint(
            model_name="modelversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("stage", "shadow"), _negated=True),
                    ("shadowed_by__isnull", False),
                    _connector="OR",
                ),
                name="model_version_shadow_is_signed",
            ),
        ),
        migrations.CreateModel(
            name="ShadowScore",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "version_id",
                        "decision_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("pd", models.FloatField()),
                ("score", models.IntegerField()),
                ("band", models.CharField(max_length=10)),
                (
                    "recommendation",
                    models.CharField(
                        choices=[
                            ("approve", "Approve"),
                            ("refer", "Refer to an officer"),
                            ("decline", "Decline"),
                        ],
                        max_length=10,
                    ),
                ),
                ("at", models.DateTimeField(help_text="when the application was decided")),
                (
                    "decision",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="credit.decision",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="credit.modelversion",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("pd__gte", 0), ("pd__lte", 1)), name="shadow_score_pd"
                    )
                ],
            },
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
    ]
