"""Months may be dropped at the end of their retention, and the trail says so."""

from django.db import migrations, models

from credit.migrations import _drop_sql as sql


class Migration(migrations.Migration):
    dependencies = [
        ("credit", "0013_answers_to_the_letter"),
    ]

    operations = [
        migrations.RunSQL(sql.LET_GO, "DROP FUNCTION months.let_go"),
        migrations.RunSQL(sql.DROP, "DROP FUNCTION months.drop_part"),
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
    ]
