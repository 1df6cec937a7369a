"""An alert knows the version that it is about, so that nobody reads it out of the alert's words."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("credit", "0036_own_decisions"),
    ]

    operations = [
        migrations.AddField(
            "alert",
            "version",
            models.ForeignKey(
                "credit.modelversion",
                db_index=False,
                help_text="the model that it was last about; null: about none, or not known",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
            ),
        ),
    ]
