"""Two group roles and the vault. The product works as `evenhand_app`; see decision record 0004."""

from django.db import migrations

# Roles belong to the whole server: another database's migration may be making them right now.
ROLES = """
DO $$
DECLARE role text;
BEGIN
    FOREACH role IN ARRAY ARRAY['evenhand_app', 'evenhand_vault'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN', role);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
            END;
        END IF;
        IF NOT pg_has_role(current_user, role, 'SET') THEN
            EXECUTE format('GRANT %I TO CURRENT_USER WITH SET TRUE', role);
        END IF;
    END LOOP;
END $$;
"""

# What exists by now (the order of other apps' migrations is not ours to say), and what comes later.
GRANTS = """
GRANT USAGE ON SCHEMA public TO evenhand_app, evenhand_vault;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO evenhand_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO evenhand_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO evenhand_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO evenhand_app;
REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM evenhand_app;
"""

# The serving role puts in what it is sent and can never look; the vault role looks, and beside it
# may only know which product an application was for.
VAULT = """
CREATE SCHEMA vault;
REVOKE ALL ON SCHEMA vault FROM PUBLIC;
GRANT USAGE ON SCHEMA vault TO evenhand_app, evenhand_vault;

CREATE TABLE vault.applicant_attribute (
    application_id varchar(26) NOT NULL REFERENCES public.credit_application (id),
    attribute text NOT NULL,
    value text NOT NULL,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (application_id, attribute)
);
CREATE TABLE vault.ingested_attribute (
    ingestion_id bigint NOT NULL REFERENCES public.credit_ingestion (id),
    row_id text NOT NULL,
    attribute text NOT NULL,
    value text NOT NULL,
    PRIMARY KEY (ingestion_id, attribute, row_id)
);
GRANT INSERT ON vault.applicant_attribute, vault.ingested_attribute TO evenhand_app;
GRANT SELECT ON vault.applicant_attribute, vault.ingested_attribute TO evenhand_vault;
GRANT SELECT (id, product_id) ON public.credit_application TO evenhand_vault;
"""


class Migration(migrations.Migration):
    dependencies = [("credit", "0001_initial")]

    operations = [
        migrations.RunSQL(ROLES, migrations.RunSQL.noop),
        migrations.RunSQL(GRANTS, migrations.RunSQL.noop),
        migrations.RunSQL(VAULT, "DROP SCHEMA vault CASCADE"),
    ]
