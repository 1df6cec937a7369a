"""Keep answers as the very texts that were given: jsonb sorts keys anew, and costs a reading."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("credit", "0012_months")]

    operations = [
        migrations.AlterField(
            model_name="idempotencyrecord",
            name="answer",
            field=models.TextField(help_text="JSON, to the letter as it was given"),
        ),
    ]
