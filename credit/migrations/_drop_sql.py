"""How a month goes: for the owner of the tables alone, as the schema is (decision record 0016)."""

# What hangs on a month's decisions goes first: a few rows of tables that are not divided, whose
# triggers the owner lifts for this one statement each.
LET_GO = """
CREATE FUNCTION months.let_go(part text) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    hanging regclass;
BEGIN
    FOR hanging IN SELECT conrelid FROM pg_constraint WHERE contype = 'f' AND conparentid = 0
        AND confrelid = 'public.credit_decision'::regclass
    LOOP
        EXECUTE format('ALTER TABLE %s DISABLE TRIGGER USER', hanging);
        EXECUTE format('DELETE FROM %s WHERE decision_id IN (SELECT id FROM months.%I)', hanging,
            'decision_' || part);
        EXECUTE format('ALTER TABLE %s ENABLE TRIGGER USER', hanging);
    END LOOP;
END $$;
"""

# What is older than all months has a place again afterwards, an empty one.
DROP = """
CREATE FUNCTION months.drop_part(table_name text, part text) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    d months.divided := (SELECT d FROM months.divided d WHERE d.name = table_name);
    goes text := format('months.%I', table_name || '_' || part);
    bounds text := (SELECT pg_get_expr(relpartbound, oid) FROM pg_class WHERE oid = goes::regclass);
BEGIN
    EXECUTE format('ALTER TABLE %s DETACH PARTITION %s', d.parent, goes);
    EXECUTE format('DROP TABLE %s', goes);
    IF part = 'past' THEN
        EXECUTE format('CREATE TABLE %s PARTITION OF %s %s', goes, d.parent, bounds);
        PERFORM months.guard(goes::regclass, d.parent);
    END IF;
END $$;
"""
