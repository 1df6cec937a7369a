"""Which version was champion when, at whose word; going back to one; and the stop button."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from credit.models.audit import event_types

# What the trail says of the versions there are. Nobody changes what was written down.
HISTORY = """
INSERT INTO credit_stagechange (product_id, version_id, stage, is_rollback, by_id, at, note)
SELECT version.product_id, version.id, moved.stage, false, event.user_id, event.at,
    coalesce(event.details->>'note', '')
FROM (VALUES ('model_trained', 'candidate'), ('model_shadowed', 'shadow'),
    ('model_promoted', 'champion'), ('model_retired', 'retired')) moved (type, stage)
JOIN credit_auditevent event ON event.type = moved.type
JOIN credit_product product ON event.target LIKE 'model:' || product.slug || '/%'
JOIN credit_modelversion version ON version.product_id = product.id
    AND event.target = 'model:' || product.slug || '/' || version.number
WHERE event.user_id IS NOT NULL
ORDER BY event.id;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON credit_stagechange
    FOR EACH STATEMENT EXECUTE FUNCTION credit_refuse_change();
REVOKE UPDATE, DELETE ON credit_stagechange FROM evenhand_app;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("credit", "0016_applicants"),
    ]

    operations = [
        migrations.AddField(
            model_name="modelversion",
            name="rolled_back_at",
            field=models.DateTimeField(
                help_text="set of one that was taken back: it serves no more, not even as before",
                null=True,
            ),
        ),
        migrations.AlterField(
            model_name="auditevent",
            name="type",
            field=models.CharField(choices=event_types, max_length=30),
        ),
        migrations.CreateModel(
            name="ServiceStop",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("stopped_at", models.DateTimeField()),
                ("why", models.TextField()),
                ("resumed_at", models.DateTimeField(null=True)),
                ("why_resumed", models.TextField(blank=True)),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stops",
                        to="credit.product",
                    ),
                ),
                (
                    "resumed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "stopped_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-stopped_at"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("resumed_at", None)),
                        fields=("product",),
                        name="service_stop_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("resumed_at", None), ("resumed_by", None)),
                            models.Q(("resumed_at__isnull", False), ("resumed_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="service_stop_resumed_by_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StageChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("candidate", "Candidate"),
                            ("shadow", "Shadow"),
                            ("champion", "Champion"),
                            ("retired", "Retired"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "is_rollback",
                    models.BooleanField(default=False, help_text="back to it, or back from it"),
                ),
                ("at", models.DateTimeField()),
                ("note", models.TextField(blank=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stage_changes",
                        to="credit.product",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stage_changes",
                        to="credit.modelversion",
                    ),
                ),
            ],
            options={
                "ordering": ["at", "pk"],
                "indexes": [models.Index(fields=["product", "at"], name="stage_change_by_time")],
            },
        ),
        migrations.RunSQL(HISTORY, migrations.RunSQL.noop),
    ]
