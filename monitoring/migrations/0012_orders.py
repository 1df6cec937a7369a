"""Rows of one moment have an order, too, by what only one row has. No table changes."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("monitoring", "0011_fairness_matured"),
    ]

    operations = [
        migrations.AlterModelOptions("countedvintage", {"ordering": ["month", "segment", "pk"]}),
        migrations.AlterModelOptions("figures", {"ordering": ["starts_at", "segment", "pk"]}),
        migrations.AlterModelOptions("officermirror", {"ordering": ["-month", "officer", "pk"]}),
    ]
