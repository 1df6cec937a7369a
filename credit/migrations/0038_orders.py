"""Rows of one moment have an order, too, by what only one row has. No table changes."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("credit", "0037_alerts_versions"),
    ]

    operations = [
        migrations.AlterModelOptions("alert", {"ordering": ["-last_at", "-pk"]}),
        migrations.AlterModelOptions("alertcase", {"ordering": ["-opened_at", "-pk"]}),
        migrations.AlterModelOptions("apikey", {"ordering": ["-created_at", "-pk"]}),
        migrations.AlterModelOptions("gatewaiver", {"ordering": ["version", "gate", "pk"]}),
        migrations.AlterModelOptions("ingestion", {"ordering": ["-ingested_at", "-pk"]}),
        migrations.AlterModelOptions("servicestop", {"ordering": ["-stopped_at", "-pk"]}),
        migrations.AlterModelOptions("snapshot", {"ordering": ["-taken_at", "-pk"]}),
        migrations.AlterModelOptions("trainingrun", {"ordering": ["-requested_at", "-pk"]}),
    ]
