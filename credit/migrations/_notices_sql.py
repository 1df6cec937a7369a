"""What migration 0022 says to PostgreSQL: who sees what of it, and what may never change."""

# Staff's own: a transaction that says which partner it is for finds no row.
STAFF_ONLY = ("notice", "noticefailure", "noticewording", "reviewrequest")
APPEND_ONLY = ("notice", "noticefailure", "noticewording")

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

# A request stays as it was asked; it is answered once.
ANSWERED = """
CREATE FUNCTION credit_answered_once() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    answers text[] := ARRAY['outcome', 'answer', 'answered_by_id', 'answered_at'];
BEGIN
    IF OLD.answered_at IS NOT NULL OR to_jsonb(OLD) - answers <> to_jsonb(NEW) - answers THEN
        RAISE EXCEPTION '% keeps what it says: it is answered, once', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER answered_once BEFORE UPDATE ON credit_reviewrequest
    FOR EACH ROW EXECUTE FUNCTION credit_answered_once();
CREATE TRIGGER never_gone BEFORE DELETE OR TRUNCATE ON credit_reviewrequest
    FOR EACH STATEMENT EXECUTE FUNCTION credit_refuse_change();
REVOKE DELETE ON credit_reviewrequest FROM evenhand_app;
"""

IN_ORDER = (GUARDS, ANSWERED)
