"""What migration 0012 says to PostgreSQL, step by step."""

# Bounds are the first id that a month can give. Public ids are ULIDs, 26 of 0-9A-Z, which begin
# with the millisecond; events have the month before their running number, as in 2026110000000042.
FUNCTIONS = """
CREATE SCHEMA months;
REVOKE ALL ON SCHEMA months FROM PUBLIC;

CREATE FUNCTION months.first_id(month date) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    ms bigint := extract(epoch FROM month::timestamp)::bigint * 1000;
    id text := repeat('0', 16);
BEGIN
    FOR i IN 1..10 LOOP
        id := substr('0123456789ABCDEFGHJKMNPQRSTVWXYZ', (ms & 31)::int + 1, 1) || id;
        ms := ms >> 5;
    END LOOP;
    RETURN id;
END $$;

CREATE FUNCTION months.first_event(month date) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT (to_char(month, 'YYYYMM')::bigint * 10000000000)::text
$$;

CREATE TABLE months.divided (
    parent regclass PRIMARY KEY, name text NOT NULL, key text NOT NULL, first regproc NOT NULL
);

-- A partition has the triggers of its table; the place of a leaf is unique within its month, as no
-- seal covers events of two.
CREATE FUNCTION months.guard(part regclass, parent regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM pg_catalog.pg_trigger t
               WHERE t.tgrelid = parent AND t.tgname = 'append_only') THEN
        EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %s'
            ' FOR EACH STATEMENT EXECUTE FUNCTION public.credit_refuse_change()', part);
    END IF;
    IF parent = 'public.credit_auditleaf'::regclass THEN
        EXECUTE format('CREATE UNIQUE INDEX ON %s (seal_id, position)', part);
    END IF;
END $$;

-- Attached and not made in place: that would lock the table for reading too. Rows that came before
-- their month was made are moved out of the last partition, which takes what no month does; what
-- refers to them lets go meanwhile, for a row must not leave its partition while it is held.
CREATE FUNCTION months.add(parent regclass, low date, high date) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    d months.divided := (SELECT d FROM months.divided d WHERE d.parent = add.parent);
    part text := format('months.%I', d.name || to_char(low, '_YYYYMM'));
    later regclass := to_regclass(format('months.%I', d.name || '_later'));
    starts text; ends text; is_early boolean; held record; bind text[] := '{}'; statement text;
BEGIN
    EXECUTE format('SELECT %s($1), %s($2)', d.first, d.first) INTO starts, ends USING low, high;
    EXECUTE format('CREATE TABLE %s (LIKE %s INCLUDING DEFAULTS INCLUDING CONSTRAINTS'
        ' INCLUDING STORAGE)', part, parent);
    EXECUTE format('SELECT EXISTS (SELECT FROM %s WHERE %I >= %L AND %2$I < %4$L)',
        later, d.key, starts, ends) INTO is_early;
    IF is_early THEN
        FOR held IN SELECT conrelid::regclass AS holder, conname, pg_get_constraintdef(oid) AS def
            FROM pg_catalog.pg_constraint
            WHERE contype = 'f' AND confrelid = parent AND conparentid = 0
        LOOP
            EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', held.holder, held.conname);
            bind := bind || format('ALTER TABLE %s ADD CONSTRAINT %I %s', held.holder, held.conname,
                held.def);
        END LOOP;
        EXECUTE format('ALTER TABLE %s DISABLE TRIGGER USER', later);
        EXECUTE format('WITH moved AS (DELETE FROM %s WHERE %I >= %L AND %2$I < %4$L RETURNING *)'
            ' INSERT INTO %s SELECT * FROM moved', later, d.key, starts, ends, part);
        EXECUTE format('ALTER TABLE %s ENABLE TRIGGER USER', later);
    END IF;
    EXECUTE format('ALTER TABLE %s ATTACH PARTITION %s FOR VALUES FROM (%L) TO (%L)',
        parent, part, starts, ends);
    FOREACH statement IN ARRAY bind LOOP
        EXECUTE statement;
    END LOOP;
    PERFORM months.guard(part::regclass, parent);
END $$;

CREATE FUNCTION months.newest() RETURNS date LANGUAGE sql STABLE AS $$
    SELECT coalesce(to_date(max(right(c.relname, 6)), 'YYYYMM'),
        (date_trunc('month', now() AT TIME ZONE 'UTC') - interval '1 month')::date)
    FROM pg_catalog.pg_class c
    WHERE c.relnamespace = 'months'::regnamespace AND c.relname ~ '^application_[0-9]{6}$'
$$;
"""

# The one thing that the serving role may do here, and not further than two years ahead.
MAKE = """
CREATE FUNCTION credit_make_months(until date) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC' SET lock_timeout = '5s'
AS $$
DECLARE
    month date;
    made integer := 0;
    last date := least(date_trunc('month', until), date_trunc('month', now()) + interval '2 years');
BEGIN
    PERFORM pg_advisory_xact_lock(7301002);
    FOR month IN SELECT generate_series(months.newest() + interval '1 month', last, '1 month') LOOP
        PERFORM months.add(d.parent, month, (month + interval '1 month')::date)
        FROM months.divided d
        WHERE to_regclass(format('months.%I', d.name || to_char(month, '_YYYYMM'))) IS NULL
        ORDER BY d.name;
        made := made + 1;
    END LOOP;
    RETURN made;
END $$;
REVOKE ALL ON FUNCTION credit_make_months(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION credit_make_months(date) TO evenhand_app;
"""

# The policies look at tables that are replaced, and so do the foreign keys.
UNBIND = """
DO $$
DECLARE each record;
BEGIN
    IF EXISTS (SELECT FROM credit_decision WHERE id <> application_id) THEN
        RAISE EXCEPTION 'a decision has another id than its application: it cannot be moved';
    END IF;
    FOR each IN
        SELECT conrelid::regclass AS holder, conname FROM pg_constraint
        WHERE contype = 'f' AND confrelid IN ('credit_application'::regclass,
            'credit_score'::regclass, 'credit_decision'::regclass, 'credit_auditevent'::regclass)
    LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', each.holder, each.conname);
    END LOOP;
END $$;
DROP POLICY own_partner ON credit_application;
DROP POLICY own_partner ON credit_score;
DROP POLICY own_partner ON credit_decision;
DROP POLICY own_partner ON credit_officerdecision;
DROP POLICY own_partner ON credit_recommendationfeedback;
DROP POLICY own_partner ON credit_outcome;
DROP POLICY own_partner ON credit_partnerfeedback;

ALTER TABLE credit_decision DROP COLUMN application_id;
ALTER TABLE credit_decision ADD COLUMN partner_id bigint;
ALTER TABLE credit_score ADD COLUMN partner_id bigint;

CREATE SEQUENCE credit_auditevent_number AS bigint;
SELECT setval('credit_auditevent_number', greatest(max(id), 1), max(id) IS NOT NULL)
FROM credit_auditevent;
"""


def divide(schema: str, table: str, key: str) -> str:
    """Put an empty table, divided by its key, in the place of one, which steps aside."""
    return f"""
    ALTER TABLE {schema}.{table} RENAME TO {table}_whole;
    CREATE TABLE {schema}.{table} (LIKE {schema}.{table}_whole INCLUDING DEFAULTS
        INCLUDING CONSTRAINTS INCLUDING STORAGE) PARTITION BY RANGE ({key});
    """


def append_only(table: str) -> str:
    """Refuse changes, as migration 0003 does."""
    return f"""
    CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION credit_refuse_change();
    REVOKE UPDATE, DELETE ON {table} FROM evenhand_app;
    """


DIVIDE = (
    divide("public", "credit_application", "id")
    + divide("public", "credit_score", "application_id")
    + divide("public", "credit_decision", "id")
    + divide("vault", "applicant_attribute", "application_id")
    + divide("public", "credit_auditevent", "id")
    + divide("public", "credit_auditleaf", "event_id")
    + "".join(
        append_only(f"credit_{name}") for name in ("score", "decision", "auditevent", "auditleaf")
    )
    + """
    ALTER TABLE credit_auditevent ALTER COLUMN id SET DEFAULT
        to_char(now() AT TIME ZONE 'UTC', 'YYYYMM')::bigint * 10000000000
        + nextval('credit_auditevent_number');
    ALTER SEQUENCE credit_auditevent_number OWNED BY credit_auditevent.id;
    INSERT INTO months.divided VALUES
        ('credit_application', 'application', 'id', 'months.first_id'),
        ('credit_score', 'score', 'application_id', 'months.first_id'),
        ('credit_decision', 'decision', 'id', 'months.first_id'),
        ('vault.applicant_attribute', 'attribute', 'application_id', 'months.first_id'),
        ('credit_auditevent', 'auditevent', 'id', 'months.first_event'),
        ('credit_auditleaf', 'auditleaf', 'event_id', 'months.first_event');
    """
)

# From the oldest application on, five years back at most, to three months ahead; what is older
# than all months, or beyond them, has a partition too, so that nothing is ever refused.
MONTHS = """
DO $$
DECLARE
    d months.divided;
    this date := date_trunc('month', now() AT TIME ZONE 'UTC');
    oldest date := coalesce((SELECT date_trunc('month', min(received_at) AT TIME ZONE 'UTC')
        FROM credit_application_whole), this);
    first date := least(this, greatest(oldest, this - interval '5 years'));
    ends text;
BEGIN
    FOR d IN SELECT * FROM months.divided LOOP
        EXECUTE format('SELECT %s($1)', d.first) INTO ends USING first;
        EXECUTE format('CREATE TABLE months.%I PARTITION OF %s FOR VALUES FROM (MINVALUE) TO (%L)',
            d.name || '_past', d.parent, ends);
        EXECUTE format('CREATE TABLE months.%I PARTITION OF %s DEFAULT',
            d.name || '_later', d.parent);
        PERFORM months.guard(format('months.%I', d.name || '_past')::regclass, d.parent);
        PERFORM months.guard(format('months.%I', d.name || '_later')::regclass, d.parent);
        PERFORM months.add(d.parent, month::date, (month + interval '1 month')::date)
        FROM generate_series(first, this + interval '3 months', '1 month') AS month;
    END LOOP;
END $$;
"""

MOVE = """
INSERT INTO credit_application SELECT * FROM credit_application_whole;
INSERT INTO credit_score (application_id, contract_id, route, model_version_id, bundle_hash, pd,
    margin, points, base_points, score, band, contributions, warnings, uncertainty, partner_id)
SELECT s.application_id, contract_id, route, model_version_id, bundle_hash, pd, margin, points,
    base_points, score, band, contributions, warnings, uncertainty, a.partner_id
FROM credit_score_whole s JOIN credit_application_whole a ON a.id = s.application_id;
INSERT INTO credit_decision (id, policy_id, recommendation, policy_results, automatic, decided_at,
    event_id, partner_id)
SELECT d.id, policy_id, recommendation, policy_results, automatic, decided_at, event_id,
    a.partner_id
FROM credit_decision_whole d JOIN credit_application_whole a ON a.id = d.id;
INSERT INTO vault.applicant_attribute SELECT * FROM vault.applicant_attribute_whole;
INSERT INTO credit_auditevent SELECT * FROM credit_auditevent_whole;
INSERT INTO credit_auditleaf SELECT * FROM credit_auditleaf_whole;

DO $$
DECLARE name text; before bigint; after bigint;
BEGIN
    FOREACH name IN ARRAY ARRAY['public.credit_application', 'public.credit_score',
        'public.credit_decision', 'vault.applicant_attribute', 'public.credit_auditevent',
        'public.credit_auditleaf']
    LOOP
        EXECUTE format('SELECT (SELECT count(*) FROM %s), (SELECT count(*) FROM %1$s_whole)', name)
            INTO after, before;
        IF after <> before THEN
            RAISE EXCEPTION '% of % rows of % were moved', after, before, name;
        END IF;
        EXECUTE format('DROP TABLE %s_whole', name);
    END LOOP;
END $$;
"""

# Foreign keys between the tables of a decision are not made again: one statement writes them all.
BIND = """
ALTER TABLE credit_application ADD PRIMARY KEY (id);
ALTER TABLE credit_score ADD PRIMARY KEY (application_id);
ALTER TABLE credit_decision ADD PRIMARY KEY (id);
ALTER TABLE vault.applicant_attribute ADD PRIMARY KEY (application_id, attribute);
ALTER TABLE credit_auditevent ADD PRIMARY KEY (id);
ALTER TABLE credit_auditleaf ADD PRIMARY KEY (event_id);

CREATE INDEX application_queue ON credit_application (received_at, id)
    WHERE status = 'awaiting_officer';
CREATE INDEX application_by_reference ON credit_application (partner_id, reference);
CREATE INDEX application_by_partner ON credit_application (partner_id, id);
CREATE INDEX credit_score_model_version_id_496015a6 ON credit_score (model_version_id);
CREATE INDEX audit_event_by_target ON credit_auditevent (target);
"""
FOREIGN_KEYS = (
    ("application", "product_id", "product (id)"),
    ("application", "partner_id", "partner (id)"),
    ("score", "contract_id", "contractversion (id)"),
    ("score", "model_version_id", "modelversion (id)"),
    ("decision", "policy_id", "policyversion (id)"),
    ("auditevent", "user_id", "user (id)"),
    ("auditevent", "partner_id", "partner (id)"),
    ("auditleaf", "seal_id", "auditseal (number)"),
    ("officerdecision", "decision_id", "decision (id)"),
    ("recommendationfeedback", "decision_id", "decision (id)"),
    ("outcome", "decision_id", "decision (id)"),
    ("partnerfeedback", "decision_id", "decision (id)"),
)
BIND += "".join(
    f"ALTER TABLE credit_{table} ADD CONSTRAINT {table}_{column}_fk FOREIGN KEY ({column})"
    f" REFERENCES credit_{to} DEFERRABLE INITIALLY DEFERRED;\n"
    for table, column, to in FOREIGN_KEYS
)

# Row security must not look into a divided table where a decision is written: PostgreSQL would
# prepare for each month of it. What hangs on a decision asks with the id at hand: one month.
SECURE = """
CREATE FUNCTION credit_is_own_decision(id varchar) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
DECLARE is_own boolean;
BEGIN
    EXECUTE 'SELECT EXISTS (SELECT FROM public.credit_decision d WHERE d.id = $1)'
        INTO is_own USING id;
    RETURN is_own;
END $$;
GRANT SELECT, INSERT, UPDATE, DELETE ON credit_application TO evenhand_app;
GRANT SELECT, INSERT ON credit_score, credit_decision, credit_auditevent, credit_auditleaf
    TO evenhand_app;
GRANT USAGE ON SEQUENCE credit_auditevent_number TO evenhand_app;
GRANT SELECT (id, product_id) ON credit_application TO evenhand_vault;
GRANT INSERT ON vault.applicant_attribute TO evenhand_app;
GRANT SELECT ON vault.applicant_attribute TO evenhand_vault;
"""
OWN_ROWS = "coalesce(current_setting('app.partner', true), '') IN ('', partner_id::text)"
OF_OWN_DECISION = (
    "coalesce(current_setting('app.partner', true), '') = '' OR credit_is_own_decision(decision_id)"
)
SECURE += "".join(
    f"ALTER TABLE credit_{table} ENABLE ROW LEVEL SECURITY;\n"
    f"CREATE POLICY own_partner ON credit_{table} USING ({visible});\n"
    for visible, tables in (
        (OWN_ROWS, ("application", "score", "decision")),
        (
            OF_OWN_DECISION,
            ("officerdecision", "recommendationfeedback", "outcome", "partnerfeedback"),
        ),
    )
    for table in tables
)

IN_ORDER = (FUNCTIONS, MAKE, UNBIND, DIVIDE, MONTHS, MOVE, BIND, SECURE)
