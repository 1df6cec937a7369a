"""What machines counted by the minute, and the worker's signs of life."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0008_vintages")]

    operations = [
        migrations.CreateModel(
            name="MinuteCounts",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("machine", models.CharField(max_length=100)),
                ("minute", models.DateTimeField()),
                ("counted_at", models.DateTimeField()),
                ("counts", models.JSONField(help_text="as `monitoring.service.counts` reads them")),
            ],
            options={
                "ordering": ["minute", "machine"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("minute", "machine"), name="minute_counts_once_a_machine"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Pulse",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("minute", models.DateTimeField(unique=True)),
                ("beaten_at", models.DateTimeField()),
                (
                    "standing",
                    models.JSONField(help_text="what waits and what the database does, by measure"),
                ),
                (
                    "levels",
                    models.JSONField(
                        help_text="budgets and usual ranges as `monitoring.service` reads them",
                        null=True,
                    ),
                ),
            ],
            options={"ordering": ["-minute"]},
        ),
    ]
