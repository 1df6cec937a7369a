"""The queue is shown by its index, and who may see it is asked once (decision record 0017)."""

from django.db import migrations, models

# Asked of each row, the setting took longer than the row, and PostgreSQL took it to be true of one
# row in two hundred: so it read and sorted all of the table to show fifty. A subquery is asked
# once, and of something that is not NULL PostgreSQL expects nearly every row.
_POLICY = "ALTER POLICY staff ON credit_queueitem USING ({condition});"
_IS_STAFF = "coalesce(current_setting('app.partner', true), '') = ''"
_ONCE = f"(SELECT true WHERE {_IS_STAFF}) IS NOT NULL"


class Migration(migrations.Migration):
    dependencies = [
        ("credit", "0031_fewer_checks"),
    ]

    operations = [
        migrations.RunSQL(_POLICY.format(condition=_ONCE), _POLICY.format(condition=_IS_STAFF)),
        migrations.AddField(
            model_name="queueitem",
            name="needs_officer",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Q(("status__in", ("awaiting_officer", "awaiting_signature"))),
                output_field=models.BooleanField(),
            ),
        ),
    ]
