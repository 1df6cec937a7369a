"""A second report on each month, once its outcomes have matured."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0009_service")]

    operations = [
        migrations.AddField(
            model_name="fairnessreport",
            name="is_matured",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text=(
                    "the worker's second report on a month, once its performance window was over"
                ),
            ),
        ),
        migrations.RemoveConstraint(
            model_name="fairnessreport", name="fairness_report_scheduled_once"
        ),
        migrations.AddConstraint(
            model_name="fairnessreport",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("asked_by_event", None), ("created_by", None), ("since__isnull", False)
                ),
                fields=("product", "model_version", "stage", "since", "until", "is_matured"),
                name="fairness_report_scheduled_once",
                nulls_distinct=False,
            ),
        ),
    ]
