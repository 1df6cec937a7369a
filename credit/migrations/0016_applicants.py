"""Who applies, by month like the application, and found by the words of a name."""

import django.db.models.deletion
from django.db import migrations, models

# The serving role writes a name once and reads it; the rows go with their month.
DIVIDED = """
CREATE TABLE credit_applicant (
    application_id varchar(26) NOT NULL,
    partner_id bigint,
    name varchar(200) NOT NULL,
    address varchar(500) NOT NULL
) PARTITION BY RANGE (application_id);
ALTER TABLE credit_applicant ADD PRIMARY KEY (application_id);
CREATE INDEX applicant_by_name ON credit_applicant USING gin (to_tsvector('simple', name));
INSERT INTO months.divided VALUES
    ('credit_applicant', 'applicant', 'application_id', 'months.first_id');

CREATE TABLE months.applicant_later PARTITION OF credit_applicant DEFAULT;
DO $$
DECLARE
    month date;
    first date := (SELECT to_date(min(right(c.relname, 6)), 'YYYYMM') FROM pg_class c
        WHERE c.relnamespace = 'months'::regnamespace AND c.relname ~ '^application_[0-9]{6}$');
BEGIN
    EXECUTE format('CREATE TABLE months.applicant_past PARTITION OF credit_applicant'
        ' FOR VALUES FROM (MINVALUE) TO (%L)', months.first_id(first));
    FOR month IN SELECT generate_series(first, months.newest(), '1 month') LOOP
        PERFORM months.add('credit_applicant', month, (month + interval '1 month')::date);
    END LOOP;
END $$;

GRANT SELECT, INSERT ON credit_applicant TO evenhand_app;
ALTER TABLE credit_applicant ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_partner ON credit_applicant
    USING (coalesce(current_setting('app.partner', true), '') IN ('', partner_id::text));
"""
UNDO = """
DELETE FROM months.divided WHERE name = 'applicant';
DROP TABLE credit_applicant;
"""


class Migration(migrations.Migration):
    dependencies = [("credit", "0015_shadow")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(DIVIDED, UNDO)],
            state_operations=[
                migrations.CreateModel(
                    name="Applicant",
                    fields=[
                        (
                            "application",
                            models.OneToOneField(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                primary_key=True,
                                related_name="applicant",
                                serialize=False,
                                to="credit.application",
                            ),
                        ),
                        ("name", models.CharField(max_length=200)),
                        (
                            "address",
                            models.CharField(blank=True, help_text="lines", max_length=500),
                        ),
                        (
                            "partner",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                help_text="the application's: row security looks at each row alone",
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="credit.partner",
                            ),
                        ),
                    ],
                ),
            ],
        )
    ]
