"""An item of the queue is made of rows that are there: no check a row (decision record 0017)."""

import django.db.models.deletion
from django.db import migrations, models

# Django would take the constraint of a month for that of all of them.
_NAME = "credit_queueitem_decision_id_f1baef0f_fk_credit_decision_id"
UNCHECKED = f"ALTER TABLE credit_queueitem DROP CONSTRAINT {_NAME};"
CHECKED = f"""
ALTER TABLE credit_queueitem ADD CONSTRAINT {_NAME}
    FOREIGN KEY (decision_id) REFERENCES credit_decision (id) DEFERRABLE INITIALLY DEFERRED;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("credit", "0027_reopened"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(UNCHECKED, CHECKED)],
            state_operations=[
                migrations.AlterField(
                    model_name="queueitem",
                    name="decision",
                    field=models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="queue_item",
                        serialize=False,
                        to="credit.decision",
                    ),
                ),
            ],
        ),
        migrations.AlterField(
            model_name="queueitem",
            name="partner",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="credit.partner",
            ),
        ),
        migrations.AlterField(
            model_name="queueitem",
            name="product",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="credit.product",
            ),
        ),
    ]
