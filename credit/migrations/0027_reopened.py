"""Decisions that a review reopened stand among those that were undone, with the review."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("credit", "0026_queued"),
    ]

    operations = [
        migrations.AddField(
            model_name="undonedecision",
            name="review",
            field=models.ForeignKey(
                db_constraint=False,
                help_text="that found it is to be changed; empty: it was undone",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="credit.reviewrequest",
            ),
        ),
        migrations.RemoveConstraint(model_name="undonedecision", name="undone_decision_in_time"),
        migrations.AddConstraint(
            model_name="undonedecision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("undone_at__lt", models.F("final_at")),
                    ("review__isnull", False),
                    _connector="OR",
                ),
                name="undone_decision_in_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="undonedecision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("review", None),
                    models.Q(("undone_by", models.F("decided_by")), _negated=True),
                    _connector="OR",
                ),
                name="undone_decision_reviewed_by_someone_else",
            ),
        ),
    ]
