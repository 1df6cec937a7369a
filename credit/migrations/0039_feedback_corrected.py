"""Partners' feedback has numbers by which it is corrected or withdrawn; what was said stays."""

from django.db import migrations, models
from django.db.models import F, Q

# What was said before the numbers gets them in its order. Nothing else of it is changed.
NUMBER = """
ALTER TABLE credit_partnerfeedback DISABLE TRIGGER USER;
UPDATE credit_partnerfeedback AS said SET number = counted.number
FROM (
    SELECT id, row_number() OVER (PARTITION BY decision_id ORDER BY given_at, id) AS number
    FROM credit_partnerfeedback
) AS counted
WHERE said.id = counted.id;
ALTER TABLE credit_partnerfeedback ENABLE TRIGGER USER;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("credit", "0038_orders"),
    ]

    operations = [
        migrations.AlterModelOptions("partnerfeedback", {"ordering": ["decision", "-number"]}),
        migrations.AddField(
            "partnerfeedback",
            "number",
            models.PositiveSmallIntegerField(default=1, help_text="of this decision's feedback"),
        ),
        migrations.AddField(
            "partnerfeedback",
            "corrects",
            models.PositiveSmallIntegerField(
                help_text="the number of what it takes the place of", null=True
            ),
        ),
        migrations.AddField("partnerfeedback", "is_withdrawal", models.BooleanField(default=False)),
        migrations.RunSQL(NUMBER),
        migrations.RemoveConstraint("partnerfeedback", "partner_feedback_once"),
        migrations.AddConstraint(
            "partnerfeedback",
            models.UniqueConstraint(
                fields=("decision", "number"), name="partner_feedback_number_once"
            ),
        ),
        migrations.AddConstraint(
            "partnerfeedback",
            models.UniqueConstraint(
                fields=("decision", "corrects"), name="partner_feedback_corrected_once"
            ),
        ),
        migrations.AddConstraint(
            "partnerfeedback",
            models.UniqueConstraint(
                condition=Q(corrects__isnull=True),
                fields=("decision", "kind", "feature", "text"),
                name="partner_feedback_said_once",
            ),
        ),
        migrations.AddConstraint(
            "partnerfeedback",
            models.CheckConstraint(
                condition=Q(corrects__isnull=True, is_withdrawal=False)
                | Q(corrects__isnull=False, corrects__gte=1, corrects__lt=F("number")),
                name="partner_feedback_corrects_earlier",
            ),
        ),
    ]
