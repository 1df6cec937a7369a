"""Label policies, reports on snapshots, retraining on its own, and the exploration lane."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# What was drawn is staff's own: a transaction that says which partner it is for finds no row.
GUARDS = (
    "".join(
        f"""
    CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON credit_{table}
        FOR EACH STATEMENT EXECUTE FUNCTION credit_refuse_change();
    REVOKE UPDATE, DELETE ON credit_{table} FROM evenhand_app;
    """
        for table in ("snapshotreport", "exploration")
    )
    + """
    ALTER TABLE credit_exploration ENABLE ROW LEVEL SECURITY;
    CREATE POLICY staff ON credit_exploration
        USING (coalesce(current_setting('app.partner', true), '') = '');
    REVOKE DELETE ON credit_explorationmonth FROM evenhand_app;
"""
)


class Migration(migrations.Migration):
    dependencies = [
        ("credit", "0023_promotions"),
    ]

    operations = [
        migrations.AddField(
            model_name="snapshot",
            name="excluded",
            field=models.JSONField(default=dict, help_text="rows left out, by why"),
        ),
        migrations.AlterField(
            model_name="snapshot",
            name="rows",
            field=models.PositiveIntegerField(help_text="whose outcome is known"),
        ),
        migrations.AddField(
            model_name="trainingrun",
            name="trigger",
            field=models.CharField(
                choices=[
                    ("request", "On request"),
                    ("schedule", "On schedule"),
                    ("drift", "Drift"),
                    ("new_labels", "New outcomes"),
                ],
                default="request",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="trainingrun",
            name="why",
            field=models.TextField(blank=True, help_text="what the trigger saw", default=""),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="trainingrun",
            name="cancelled_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="trainingrun",
            name="cpu_seconds",
            field=models.FloatField(help_text="of the attempt that ended it", null=True),
        ),
        migrations.AddField(
            model_name="trainingrun",
            name="peak_megabytes",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="trainingrun",
            name="rows",
            field=models.PositiveIntegerField(help_text="that it learned from", null=True),
        ),
        migrations.AlterField(
            model_name="trainingrun",
            name="state",
            field=models.CharField(
                choices=[
                    ("queued", "Waiting for the worker"),
                    ("running", "Running"),
                    ("succeeded", "Succeeded"),
                    ("failed", "Failed"),
                    ("cancelled", "Cancelled"),
                ],
                default="queued",
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="trainingrun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("cancelled_by__isnull", False), ("state", "cancelled")),
                    models.Q(
                        models.Q(("state", "cancelled"), _negated=True), ("cancelled_by", None)
                    ),
                    _connector="OR",
                ),
                name="training_run_cancelled_by_somebody",
            ),
        ),
        migrations.CreateModel(
            name="SnapshotReport",
            fields=[
                (
                    "snapshot",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="report",
                        serialize=False,
                        to="credit.snapshot",
                    ),
                ),
                ("quality", models.JSONField(help_text="the data-quality report")),
                (
                    "groups",
                    models.JSONField(help_text="as scoring.groups.representation counts them"),
                ),
                ("made_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="RetrainingSchedule",
            fields=[
                (
                    "product",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="retraining_schedule",
                        serialize=False,
                        to="credit.product",
                    ),
                ),
                ("every_days", models.PositiveSmallIntegerField()),
                ("next_at", models.DateTimeField()),
                (
                    "set_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("set_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("every_days__gte", 1)),
                        name="retraining_schedule_comes_again",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Exploration",
            fields=[
                (
                    "decision",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="exploration",
                        serialize=False,
                        to="credit.decision",
                    ),
                ),
                (
                    "propensity",
                    models.FloatField(help_text="the chance that it was drawn, 0 to 1"),
                ),
                ("expected_loss", models.DecimalField(decimal_places=2, max_digits=14)),
                ("drawn_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("propensity__gt", 0), ("propensity__lte", 1)),
                        name="exploration_had_a_chance",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ExplorationMonth",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("begins_on", models.DateField()),
                ("expected_loss", models.DecimalField(decimal_places=2, max_digits=14)),
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
                "ordering": ["product", "begins_on"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("product", "begins_on"), name="exploration_month_once"
                    )
                ],
            },
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
    ]
