"""Two checks less a decision: of a key's partner, and of the seal that a leaf is under.

A key is claimed in the transaction that writes the application, or receives the file, of the same
partner, and that is checked. A leaf is written with its seal, and a trigger lets neither go
(decision record 41).
"""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("credit", "0030_fair_alternatives"),
    ]

    operations = [
        migrations.AlterField(
            "idempotencyrecord",
            "partner",
            models.ForeignKey(
                "credit.partner",
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
            ),
        ),
        migrations.AlterField(
            "auditleaf",
            "seal",
            models.ForeignKey(
                "credit.auditseal",
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="leaves",
            ),
        ),
    ]
