"""Fairness judged by the law of a later day; a waiver is of one judgement."""

import django.db.models.deletion
from django.db import migrations, models

# Written once, and no partner's to see.
GUARDS = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON credit_gatejudgement
    FOR EACH STATEMENT EXECUTE FUNCTION credit_refuse_change();
REVOKE UPDATE, DELETE ON credit_gatejudgement FROM evenhand_app;
ALTER TABLE credit_gatejudgement ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_partner ON credit_gatejudgement
    USING (coalesce(current_setting('app.partner', true), '') = '');
"""


def _key() -> models.BigAutoField:
    return models.BigAutoField(
        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
    )


def _protected(to: str, related_name: str, **more: object) -> models.ForeignKey:
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT, to=to, related_name=related_name, **more
    )


class Migration(migrations.Migration):
    dependencies = [
        ("credit", "0033_overrides"),
    ]

    operations = [
        migrations.CreateModel(
            name="GateJudgement",
            fields=[
                ("id", _key()),
                ("at", models.DateTimeField()),
                ("gate", models.JSONField(help_text="as one of ModelVersion.gates")),
                ("version", _protected("credit.modelversion", "judgements")),
            ],
            options={"ordering": ["version", "pk"]},
        ),
        migrations.AddField(
            "gatewaiver",
            "judgement",
            _protected(
                "credit.gatejudgement",
                "+",
                help_text="the one that is waived; null: what the training found",
                null=True,
            ),
        ),
        migrations.RemoveConstraint("gatewaiver", "gate_waiver_once"),
        migrations.AddConstraint(
            "gatewaiver",
            models.UniqueConstraint(
                fields=("version", "gate", "judgement"),
                name="gate_waiver_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            "gatewaiver",
            models.CheckConstraint(
                condition=models.Q(("judgement", None), ("gate", "fairness"), _connector="OR"),
                name="gate_waiver_of_a_judgement",
            ),
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
    ]
