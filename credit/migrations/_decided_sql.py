"""What migration 0019 says to PostgreSQL: who sees what of it, and what may never change."""

# Staff's own: a transaction that says which partner it is for finds no row.
STAFF_ONLY = (
    "undonedecision",
    "proposeddecision",
    "informationrequest",
    "offeranswer",
    "withdrawal",
    "officernote",
    "reasonfeedback",
)
APPEND_ONLY = ("undonedecision", "offeranswer", "withdrawal", "officernote")

GUARDS = "".join(
    f"""
    ALTER TABLE credit_{table} ENABLE ROW LEVEL SECURITY;
    CREATE POLICY staff ON credit_{table}
        USING (coalesce(current_setting('app.partner', true), '') = '');
    """
    for table in STAFF_ONLY
) + "".join(
    f"""
    CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON credit_{table}
        FOR EACH STATEMENT EXECUTE FUNCTION credit_refuse_change();
    REVOKE UPDATE, DELETE ON credit_{table} FROM evenhand_app;
    """
    for table in APPEND_ONLY
)

# An officer's decision goes only where all of it was copied to, and is never altered.
UNDONE = """
CREATE FUNCTION credit_goes_only_undone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM credit_undonedecision u WHERE u.decision_id = OLD.decision_id
        AND ROW(u.verdict, u.is_override, u.reason_code, u.reason, u.offered_amount,
                u.offered_term_months, u.decided_by_id, u.decided_at, u.signed_by_id, u.final_at,
                u.offer_until)
            IS NOT DISTINCT FROM
            ROW(OLD.verdict, OLD.is_override, OLD.reason_code, OLD.reason, OLD.offered_amount,
                OLD.offered_term_months, OLD.decided_by_id, OLD.decided_at, OLD.signed_by_id,
                OLD.final_at, OLD.offer_until)
    ) THEN
        RAISE EXCEPTION 'credit_officerdecision is append-only: it goes only when it is undone'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
END $$;
DROP TRIGGER append_only ON credit_officerdecision;
CREATE TRIGGER never_changed BEFORE UPDATE OR TRUNCATE ON credit_officerdecision
    FOR EACH STATEMENT EXECUTE FUNCTION credit_refuse_change();
CREATE TRIGGER goes_only_undone BEFORE DELETE ON credit_officerdecision
    FOR EACH ROW EXECUTE FUNCTION credit_goes_only_undone();
GRANT DELETE ON credit_officerdecision TO evenhand_app;
"""

# What was proposed or asked stays as it was; how it ended is written once.
SETTLED = """
CREATE FUNCTION credit_settles_once() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    settles text[] := ARRAY['state', 'settled_by_id', 'settled_at', 'answer'];
BEGIN
    IF OLD.settled_at IS NOT NULL OR to_jsonb(OLD) - settles <> to_jsonb(NEW) - settles THEN
        RAISE EXCEPTION '% keeps what it says: it is settled, once', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
""" + "".join(
    f"""
    CREATE TRIGGER settles_once BEFORE UPDATE ON credit_{table}
        FOR EACH ROW EXECUTE FUNCTION credit_settles_once();
    CREATE TRIGGER never_gone BEFORE DELETE OR TRUNCATE ON credit_{table}
        FOR EACH STATEMENT EXECUTE FUNCTION credit_refuse_change();
    REVOKE DELETE ON credit_{table} FROM evenhand_app;
    """
    for table in ("proposeddecision", "informationrequest")
)

IN_ORDER = (GUARDS, UNDONE, SETTLED)
