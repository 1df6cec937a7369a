"""What the database itself refuses, whoever asks: the owner of the tables included."""

from django.db import migrations

APPEND_ONLY = (
    "auditevent",
    "auditseal",
    "auditleaf",
    "score",
    "decision",
    "officerdecision",
    "contractversion",
    "policyversion",
    "ingestion",
    "snapshot",
)

REFUSE_CHANGE = """
CREATE FUNCTION credit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation';
END $$;
"""


def append_only(table: str) -> str:
    """Refuse every change of a table's rows, and take the right to try from the serving role."""
    return f"""
    CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON credit_{table}
        FOR EACH STATEMENT EXECUTE FUNCTION credit_refuse_change();
    REVOKE UPDATE, DELETE ON credit_{table} FROM evenhand_app;
    """


# A model version's stage moves; what it is does not.
MODEL_VERSION = """
CREATE FUNCTION credit_keep_model_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF ROW(OLD.product_id, OLD.number, OLD.contract_id, OLD.snapshot_id, OLD.bundle_hash,
           OLD.model_sha256, OLD.validation_sha256, OLD.metrics, OLD.gates, OLD.trained_by_id,
           OLD.trained_at)
       IS DISTINCT FROM
       ROW(NEW.product_id, NEW.number, NEW.contract_id, NEW.snapshot_id, NEW.bundle_hash,
           NEW.model_sha256, NEW.validation_sha256, NEW.metrics, NEW.gates, NEW.trained_by_id,
           NEW.trained_at)
    THEN
        RAISE EXCEPTION 'a model version never changes: only its stage moves'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_what_it_is BEFORE UPDATE ON credit_modelversion
    FOR EACH ROW EXECUTE FUNCTION credit_keep_model_version();
CREATE TRIGGER never_gone BEFORE DELETE OR TRUNCATE ON credit_modelversion
    FOR EACH STATEMENT EXECUTE FUNCTION credit_refuse_change();
REVOKE DELETE ON credit_modelversion FROM evenhand_app;
"""

# The same pairs as credit.models.users.ROLES_APART: a test compares them. The user's row is locked
# so that two half-pairs given at once meet; groups cannot be renamed into one another.
ROLES_APART = """
CREATE FUNCTION credit_roles_apart() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE clash text;
BEGIN
    PERFORM FROM credit_user WHERE id = NEW.user_id FOR UPDATE;
    SELECT format('%s and %s', theirs.name, given.name) INTO clash
    FROM auth_group given, credit_user_groups held
    JOIN auth_group theirs ON theirs.id = held.group_id
    JOIN (VALUES
        ('model_developer', 'model_validator'),
        ('officer', 'administrator'),
        ('senior_officer', 'administrator'),
        ('model_developer', 'administrator'),
        ('model_validator', 'administrator'),
        ('auditor', 'administrator'),
        ('officer', 'auditor'),
        ('senior_officer', 'auditor'),
        ('officer', 'compliance'),
        ('senior_officer', 'compliance')
    ) AS apart (one, other) ON true
    WHERE given.id = NEW.group_id AND held.user_id = NEW.user_id
      AND held.id IS DISTINCT FROM NEW.id
      AND ((given.name, theirs.name) = (apart.one, apart.other)
        OR (theirs.name, given.name) = (apart.one, apart.other))
    LIMIT 1;
    IF clash IS NOT NULL THEN
        RAISE EXCEPTION 'nobody may be both % (roles apart)', clash
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER credit_user_groups_roles_apart BEFORE INSERT OR UPDATE ON credit_user_groups
    FOR EACH ROW EXECUTE FUNCTION credit_roles_apart();
REVOKE INSERT, UPDATE, DELETE ON auth_group FROM evenhand_app;
"""

# A transaction that says whose it is (`SET LOCAL app.partner`) sees that partner's rows only.
OWN_ROWS = "coalesce(current_setting('app.partner', true), '') IN ('', partner_id::text)"
STAFF = "coalesce(current_setting('app.partner', true), '') = ''"
OF_OWN_APPLICATION = (
    f"{STAFF} OR EXISTS (SELECT FROM credit_application a WHERE a.id = application_id)"
)
OF_OWN_DECISION = f"{STAFF} OR EXISTS (SELECT FROM credit_decision d WHERE d.id = decision_id)"
TENANCY = {
    "application": OWN_ROWS,
    "idempotencyrecord": OWN_ROWS,
    "score": OF_OWN_APPLICATION,
    "decision": OF_OWN_APPLICATION,
    "officerdecision": OF_OWN_DECISION,
    "recommendationfeedback": OF_OWN_DECISION,
    "outcome": OF_OWN_DECISION,
}


def row_security(table: str, visible: str) -> str:
    """Hide the rows of other partners, even from a query that forgot to ask for its own."""
    return f"""
    ALTER TABLE credit_{table} ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own_partner ON credit_{table} USING ({visible});
    """


class Migration(migrations.Migration):
    dependencies = [("credit", "0002_database_roles")]

    operations = [
        migrations.RunSQL(REFUSE_CHANGE),
        *(migrations.RunSQL(append_only(table)) for table in APPEND_ONLY),
        migrations.RunSQL(MODEL_VERSION),
        migrations.RunSQL(ROLES_APART),
        *(migrations.RunSQL(row_security(*each)) for each in TENANCY.items()),
    ]
