"""Only the indexes that a query uses: each decision pays for every one of them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# Django makes a second index of each key of text, for LIKE. Nothing looks for a part of an id.
FOR_PATTERNS = """
DO $$
DECLARE name regclass;
BEGIN
    FOR name IN
        SELECT i.indexrelid::regclass FROM pg_index i
        JOIN pg_opclass o ON o.oid = ANY (i.indclass::oid[])
        WHERE o.opcname = 'varchar_pattern_ops' AND i.indrelid IN (
            'credit_application'::regclass, 'credit_score'::regclass,
            'credit_decision'::regclass, 'credit_officerdecision'::regclass,
            'credit_recommendationfeedback'::regclass, 'credit_outcome'::regclass)
    LOOP
        EXECUTE format('DROP INDEX %s', name);
    END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("credit", "0010_batches"),
    ]

    operations = [
        migrations.RunSQL(FOR_PATTERNS, migrations.RunSQL.noop),
        migrations.RemoveIndex(
            model_name="application",
            name="application_queue",
        ),
        migrations.AlterField(
            model_name="application",
            name="partner",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to="credit.partner",
            ),
        ),
        migrations.AlterField(
            model_name="application",
            name="product",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="applications",
                to="credit.product",
            ),
        ),
        migrations.AlterField(
            model_name="auditevent",
            name="partner",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to="credit.partner",
            ),
        ),
        migrations.AlterField(
            model_name="auditevent",
            name="user",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="auditleaf",
            name="seal",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="leaves",
                to="credit.auditseal",
            ),
        ),
        migrations.AlterField(
            model_name="decision",
            name="policy",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                to="credit.policyversion",
            ),
        ),
        migrations.AlterField(
            model_name="idempotencyrecord",
            name="partner",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, to="credit.partner"
            ),
        ),
        migrations.AlterField(
            model_name="score",
            name="contract",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                to="credit.contractversion",
            ),
        ),
        migrations.AddIndex(
            model_name="application",
            index=models.Index(
                condition=models.Q(("status", "awaiting_officer")),
                fields=["received_at", "id"],
                name="application_queue",
            ),
        ),
        migrations.AddIndex(
            model_name="application",
            index=models.Index(fields=["partner", "id"], name="application_by_partner"),
        ),
        migrations.AddIndex(
            model_name="officerdecision",
            index=models.Index(fields=["decided_at"], name="officer_decision_by_time"),
        ),
    ]
