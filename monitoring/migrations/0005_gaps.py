"""Where the gaps between protected groups come from, by version and by month."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# What partners' systems may see is theirs alone: a transaction that names one finds no row.
GUARDS = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON monitoring_gapreport
    FOR EACH STATEMENT EXECUTE FUNCTION credit_refuse_change();
REVOKE UPDATE, DELETE ON monitoring_gapreport FROM evenhand_app;
ALTER TABLE monitoring_gapreport ENABLE ROW LEVEL SECURITY;
CREATE POLICY staff ON monitoring_gapreport
    USING (coalesce(current_setting('app.partner', true), '') = '');
"""


class Migration(migrations.Migration):
    dependencies = [
        ("credit", "0027_reopened"),
        ("monitoring", "0004_fairness_stages"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="GapReport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "population",
                    models.CharField(
                        choices=[
                            ("validation", "Validation: loans the model was not trained on"),
                            ("decisions", "Live decisions"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "month",
                    models.DateField(help_text="its first day, UTC; null: a validation", null=True),
                ),
                (
                    "format",
                    models.PositiveSmallIntegerField(
                        help_text="of the report; another is made anew"
                    ),
                ),
                (
                    "report",
                    models.JSONField(
                        help_text="aggregates only, as monitoring.gaps.making writes them"
                    ),
                ),
                ("created_at", models.DateTimeField()),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "model_version",
                    models.ForeignKey(
                        help_text="whose validation it is; null: a month of live decisions",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="gap_reports",
                        to="credit.modelversion",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="gap_reports",
                        to="credit.product",
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at", "-id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("product", "population", "model_version", "month", "format"),
                        name="gap_report_once",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("model_version__isnull", False),
                                ("month", None),
                                ("population", "validation"),
                            ),
                            models.Q(
                                ("model_version", None),
                                ("month__isnull", False),
                                ("population", "decisions"),
                            ),
                            _connector="OR",
                        ),
                        name="gap_report_of_a_version_or_a_month",
                    ),
                ],
            },
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
    ]
