"""Fairness judged by the law of a later day, and legal holds."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# No partner's to see; a judgement is written once, a hold is lifted and stays.
GUARDS = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON credit_gatejudgement
    FOR EACH STATEMENT EXECUTE FUNCTION credit_refuse_change();
REVOKE UPDATE, DELETE ON credit_gatejudgement FROM evenhand_app;
ALTER TABLE credit_gatejudgement ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_partner ON credit_gatejudgement
    USING (coalesce(current_setting('app.partner', true), '') = '');
REVOKE DELETE ON credit_legalhold FROM evenhand_app;
ALTER TABLE credit_legalhold ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_partner ON credit_legalhold
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
        migrations.CreateModel(
            name="LegalHold",
            fields=[
                ("id", _key()),
                (
                    "decision_id",
                    models.CharField(blank=True, help_text="empty: of all of them", max_length=26),
                ),
                (
                    "since",
                    models.DateField(help_text="received on or after; of a decision its own day"),
                ),
                (
                    "until",
                    models.DateField(help_text="not included; empty: of all that comes", null=True),
                ),
                ("why", models.TextField()),
                ("placed_at", models.DateTimeField()),
                ("lifted_at", models.DateTimeField(null=True)),
                ("why_lifted", models.TextField(blank=True)),
                ("lifted_by", _protected(settings.AUTH_USER_MODEL, "+", null=True)),
                ("placed_by", _protected(settings.AUTH_USER_MODEL, "+")),
                ("product", _protected("credit.product", "holds")),
            ],
            options={
                "ordering": ["-placed_at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("why", ""), _negated=True), name="legal_hold_says_why"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("lifted_at", None), ("lifted_by", None), ("why_lifted", "")),
                            models.Q(
                                ("lifted_at__isnull", False),
                                ("lifted_by__isnull", False),
                                models.Q(("why_lifted", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="legal_hold_lifted_with_words",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until", None),
                            models.Q(("decision_id", ""), ("since__lt", models.F("until"))),
                            _connector="OR",
                        ),
                        name="legal_hold_has_a_period",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("lifted_at", None), models.Q(("decision_id", ""), _negated=True)
                        ),
                        fields=("decision_id",),
                        name="legal_hold_one_of_a_decision",
                    ),
                ],
            },
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
    ]
