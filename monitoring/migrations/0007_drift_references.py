"""What each version learned from, in counts; PostgreSQL refuses to change or remove it."""

import django.db.models.deletion
from django.db import migrations, models

APPEND_ONLY = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON monitoring_driftreference
    FOR EACH STATEMENT EXECUTE FUNCTION credit_refuse_change();
REVOKE UPDATE, DELETE ON monitoring_driftreference FROM evenhand_app;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("credit", "0027_reopened"),
        ("monitoring", "0006_officer_mirror"),
    ]

    operations = [
        migrations.CreateModel(
            name="DriftReference",
            fields=[
                (
                    "model_version",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="drift_reference",
                        serialize=False,
                        to="credit.modelversion",
                    ),
                ),
                (
                    "counts",
                    models.JSONField(
                        help_text="rows by cell, as scoring.populations.drift_cells counts them"
                    ),
                ),
                ("made_at", models.DateTimeField()),
            ],
        ),
        migrations.RunSQL(APPEND_ONLY, migrations.RunSQL.noop),
    ]
