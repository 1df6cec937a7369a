from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("credit", "0004_groups"),
    ]

    operations = [
        migrations.AddField(
            model_name="ingestion",
            name="indeterminate",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="ingestion",
            name="out_of_scope",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="ingestion",
            name="quality",
            field=models.JSONField(default=dict, help_text="the data-quality report"),
        ),
        migrations.AddField(
            model_name="ingestion",
            name="rejected",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="ingestion",
            name="rejects_sha256",
            field=models.CharField(
                blank=True,
                help_text="of the CSV file in the store; empty without rejects",
                max_length=64,
            ),
        ),
        migrations.AlterField(
            model_name="ingestion",
            name="rejects",
            field=models.JSONField(
                default=list, help_text="the first problems; all are in the file"
            ),
        ),
    ]
