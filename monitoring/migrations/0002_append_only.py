"""A report that was made stays as it was made: PostgreSQL refuses to change or remove it."""

from django.db import migrations

APPEND_ONLY = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON monitoring_fairnessreport
    FOR EACH STATEMENT EXECUTE FUNCTION credit_refuse_change();
REVOKE UPDATE, DELETE ON monitoring_fairnessreport FROM evenhand_app;
"""


class Migration(migrations.Migration):
    dependencies = [("credit", "0003_guards"), ("monitoring", "0001_initial")]

    operations = [migrations.RunSQL(APPEND_ONLY)]
