"""Reports by stage and period, of a version, of a product, or across products."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0003_figures")]

    operations = [
        migrations.AlterField(
            model_name="fairnessreport",
            name="product",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="fairness_reports",
                to="credit.product",
            ),
        ),
        migrations.AlterField(
            model_name="fairnessreport",
            name="model_version",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="fairness_reports",
                to="credit.modelversion",
            ),
        ),
        migrations.AlterField(
            model_name="fairnessreport",
            name="population",
            field=models.CharField(
                choices=[
                    ("validation", "Validation: loans the model was not trained on"),
                    ("decisions", "Live decisions"),
                ],
                max_length=12,
            ),
        ),
        migrations.AddField(
            model_name="fairnessreport",
            name="stage",
            field=models.CharField(
                choices=[
                    ("recommendation", "The model's recommendation"),
                    ("final", "Final decisions"),
                    ("low_side", "Officers' overrides: lent against the recommendation"),
                    ("high_side", "Officers' overrides: declined against the recommendation"),
                    ("terms", "Terms: what was offered of what was asked for"),
                ],
                default="recommendation",
                max_length=14,
            ),
        ),
        migrations.AddField(
            model_name="fairnessreport",
            name="since",
            field=models.DateTimeField(help_text="of decisions; empty: from the first", null=True),
        ),
        migrations.AddField(
            model_name="fairnessreport",
            name="until",
            field=models.DateTimeField(
                help_text="not included; empty: until it was made", null=True
            ),
        ),
        migrations.AddField(
            model_name="fairnessreport",
            name="asked_by_event",
            field=models.BigIntegerField(
                help_text="the audit event by which somebody asked the worker for it", null=True
            ),
        ),
        migrations.AddIndex(
            model_name="fairnessreport",
            index=models.Index(fields=["product", "-created_at"], name="fairness_of_product"),
        ),
        migrations.AddConstraint(
            model_name="fairnessreport",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("asked_by_event", None), ("created_by", None), ("since__isnull", False)
                ),
                fields=("product", "model_version", "stage", "since", "until"),
                name="fairness_report_scheduled_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="fairnessreport",
            constraint=models.UniqueConstraint(
                fields=("asked_by_event", "stage"), name="fairness_report_answers_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="fairnessreport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("since", None),
                    ("until", None),
                    ("since__lt", models.F("until")),
                    _connector="OR",
                ),
                name="fairness_report_has_a_period",
            ),
        ),
        migrations.AddConstraint(
            model_name="fairnessreport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("population", "decisions"),
                    models.Q(
                        ("model_version__isnull", False),
                        ("since", None),
                        ("stage", "recommendation"),
                        ("until", None),
                    ),
                    _connector="OR",
                ),
                name="fairness_report_validates_a_version",
            ),
        ),
    ]
