"""Months of decisions counted with their matured outcomes, for performance over time."""

import django.db.models.deletion
from django.db import migrations, models

# Counts over all partners are no partner's to see.
STAFF = """
ALTER TABLE monitoring_countedvintage ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_partner ON monitoring_countedvintage
    USING (coalesce(current_setting('app.partner', true), '') = '');
"""


class Migration(migrations.Migration):
    dependencies = [
        ("credit", "0027_reopened"),
        ("monitoring", "0007_drift_references"),
    ]

    operations = [
        migrations.CreateModel(
            name="CountedVintage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("month", models.DateField(help_text="its first day, UTC")),
                (
                    "segment",
                    models.CharField(
                        blank=True, help_text='everything, or as in "version:7"', max_length=100
                    ),
                ),
                (
                    "vintage",
                    models.JSONField(
                        help_text="as scoring.results.vintages writes it; nothing personal"
                    ),
                ),
                (
                    "measured",
                    models.JSONField(
                        help_text="figures with their intervals, as the page shows them"
                    ),
                ),
                (
                    "seen",
                    models.JSONField(
                        help_text="counts of what was stored, to tell whether more came since"
                    ),
                ),
                ("computed_at", models.DateTimeField()),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="credit.product",
                    ),
                ),
            ],
            options={
                "ordering": ["month", "segment"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("product", "segment", "month"), name="counted_vintage_once"
                    )
                ],
            },
        ),
        migrations.RunSQL(STAFF, migrations.RunSQL.noop),
    ]
