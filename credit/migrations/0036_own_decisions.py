"""An officer's own newest decisions, and the overrides among them, without going through all."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("credit", "0035_laws_and_holds"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="officerdecision",
            index=models.Index(
                fields=["decided_by", "decided_at"],
                include=["decision"],
                name="officer_decision_own",
            ),
        ),
        migrations.AddIndex(
            model_name="officerdecision",
            index=models.Index(
                condition=models.Q(("is_override", True)),
                fields=["decided_by", "decided_at"],
                name="officer_decision_own_overrides",
            ),
        ),
    ]
