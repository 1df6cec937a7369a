"""What the database holds of alerts, whoever asks. They can go a month after they were over."""

OLD_ALERTS = """
UPDATE credit_alert SET salt = uuid_send(gen_random_uuid()), told_at = first_at,
    owner = CASE WHEN cause IN ('keys_expire', 'webhook_disabled')
        THEN 'administrator' ELSE 'model_validator' END;
INSERT INTO credit_alertcase (alert_id, opened_at, decision, words)
    SELECT id, first_at, '', '' FROM credit_alert
    WHERE resolved_at IS NULL AND starts_with(cause, 'drift_');
SET CONSTRAINTS ALL IMMEDIATE;
"""

GUARDS = """
CREATE FUNCTION credit_keep_alert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.resolved_at IS NULL OR OLD.resolved_at > now() - interval '28 days' THEN
            RAISE EXCEPTION 'an alert goes a month after it was over, not before'
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN OLD;
    END IF;
    IF OLD.resolved_at IS NOT NULL
       OR ROW(OLD.product_id, OLD.cause, OLD.segment, OLD.first_at, OLD.salt)
          IS DISTINCT FROM ROW(NEW.product_id, NEW.cause, NEW.segment, NEW.first_at, NEW.salt)
    THEN
        RAISE EXCEPTION 'an alert that is over never changes, nor what it is about'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_what_it_was BEFORE UPDATE OR DELETE ON credit_alert
    FOR EACH ROW EXECUTE FUNCTION credit_keep_alert();

CREATE FUNCTION credit_keep_of_alert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND EXISTS (
        SELECT FROM credit_alert WHERE id = OLD.alert_id
        AND resolved_at <= now() - interval '28 days'
    ) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'what was done about an alert stays as it was written'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER keep_what_was_said BEFORE UPDATE OR DELETE ON credit_alertstep
    FOR EACH ROW EXECUTE FUNCTION credit_keep_of_alert();
CREATE TRIGGER keep_what_was_decided BEFORE UPDATE ON credit_alertcase
    FOR EACH ROW WHEN (OLD.closed_at IS NOT NULL) EXECUTE FUNCTION credit_keep_of_alert();
CREATE TRIGGER never_gone BEFORE DELETE ON credit_alertcase
    FOR EACH ROW EXECUTE FUNCTION credit_keep_of_alert();

CREATE FUNCTION credit_keep_silence() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.until > now() - interval '28 days' THEN
            RAISE EXCEPTION 'a silence goes a month after its end, not before'
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN OLD;
    END IF;
    IF OLD.ended_at IS NOT NULL
       OR ROW(OLD.cause, OLD.product_id, OLD.segment, OLD.since, OLD.until, OLD.why, OLD.by_id)
          IS DISTINCT FROM
          ROW(NEW.cause, NEW.product_id, NEW.segment, NEW.since, NEW.until, NEW.why, NEW.by_id)
    THEN
        RAISE EXCEPTION 'a silence never changes: it is only ended, once'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_what_was_silenced BEFORE UPDATE OR DELETE ON credit_alertsilence
    FOR EACH ROW EXECUTE FUNCTION credit_keep_silence();
"""
UNDO = """
DROP TRIGGER keep_what_it_was ON credit_alert;
DROP TRIGGER keep_what_was_said ON credit_alertstep;
DROP TRIGGER keep_what_was_decided ON credit_alertcase;
DROP TRIGGER never_gone ON credit_alertcase;
DROP TRIGGER keep_what_was_silenced ON credit_alertsilence;
DROP FUNCTION credit_keep_alert();
DROP FUNCTION credit_keep_of_alert();
DROP FUNCTION credit_keep_silence();
"""
