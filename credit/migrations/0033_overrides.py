"""Overrides are few among officers' decisions, and a model's owner reads the newest of them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("credit", "0032_queue_at_once"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="officerdecision",
            index=models.Index(
                condition=models.Q(("is_override", True)),
                fields=["decided_at"],
                name="officer_decision_overrides",
            ),
        ),
    ]
