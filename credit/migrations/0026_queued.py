"""An application says itself whether it stands in the queue's table (decision record 0017)."""

from django.db import migrations, models

from credit.models.applications import WAITING

LEAVE = """
CREATE OR REPLACE FUNCTION credit_leave_queue() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    DELETE FROM public.credit_queueitem WHERE decision_id = NEW.id;
    {taken_back}
    UPDATE public.credit_clockstop SET resumed_at = now()
        WHERE decision_id = NEW.id AND resumed_at IS NULL;
    IF NEW.status IN ('awaiting_information', 'counter_offered') THEN
        INSERT INTO public.credit_clockstop (decision_id, stopped_at) VALUES (NEW.id, now());
    END IF;
    RETURN NULL;
END $$;
"""
TAKE_BACK = "UPDATE public.credit_application SET queued = false WHERE id = NEW.id AND queued;"
IN_IT = """
UPDATE credit_application SET queued = true WHERE id IN (SELECT decision_id FROM credit_queueitem);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("credit", "0025_policies"),
    ]

    operations = [
        migrations.AddField(
            model_name="application",
            name="queued",
            field=models.BooleanField(
                db_default=False, help_text="stands in the queue's table; a trigger takes it back"
            ),
        ),
        migrations.RunSQL(IN_IT, migrations.RunSQL.noop),
        migrations.RunSQL(
            LEAVE.format(taken_back=TAKE_BACK),
            LEAVE.format(taken_back=""),
        ),
        migrations.RemoveIndex(
            model_name="application",
            name="application_queue",
        ),
        migrations.AddIndex(
            model_name="application",
            index=models.Index(
                condition=models.Q(("queued", False), ("status__in", WAITING)),
                fields=["received_at", "id"],
                name="application_not_in_queue",
            ),
        ),
    ]
