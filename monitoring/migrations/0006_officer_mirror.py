"""What officers' decisions came to: made once a month, of which only `told_at` may be set."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# Row security: figures of people are no partner's to see.
GUARDS = """
CREATE FUNCTION monitoring_keep_mirror() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.told_at IS NOT NULL
       OR ROW(OLD.id, OLD.product_id, OLD.month, OLD.officer_id, OLD.figures, OLD.look,
              OLD.computed_at, OLD.shared_from)
          IS DISTINCT FROM
          ROW(NEW.id, NEW.product_id, NEW.month, NEW.officer_id, NEW.figures, NEW.look,
              NEW.computed_at, NEW.shared_from)
    THEN
        RAISE EXCEPTION 'a mirror never changes: it is only told, once'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_what_was_seen BEFORE UPDATE ON monitoring_officermirror
    FOR EACH ROW EXECUTE FUNCTION monitoring_keep_mirror();
CREATE TRIGGER never_gone BEFORE DELETE OR TRUNCATE ON monitoring_officermirror
    FOR EACH STATEMENT EXECUTE FUNCTION credit_refuse_change();
REVOKE DELETE ON monitoring_officermirror FROM evenhand_app;
ALTER TABLE monitoring_officermirror ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_partner ON monitoring_officermirror
    USING (coalesce(current_setting('app.partner', true), '') = '');
"""


class Migration(migrations.Migration):
    dependencies = [
        ("credit", "0027_reopened"),
        ("monitoring", "0005_gaps"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="OfficerMirror",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "month",
                    models.DateField(
                        help_text="the first day of the last of the twelve months, UTC"
                    ),
                ),
                (
                    "figures",
                    models.JSONField(
                        help_text="as scoring.officers.mirror has them; groups coarse, or not told"
                    ),
                ),
                (
                    "look",
                    models.JSONField(
                        default=dict,
                        help_text="of the team: {asked, differs: [{question, officer}]}",
                    ),
                ),
                ("computed_at", models.DateTimeField()),
                (
                    "shared_from",
                    models.DateTimeField(help_text="until then it is the officers' own alone"),
                ),
                (
                    "told_at",
                    models.DateTimeField(
                        null=True, help_text="of the team: when it was told as a finding"
                    ),
                ),
                (
                    "officer",
                    models.ForeignKey(
                        help_text="empty: the team",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="credit.product",
                    ),
                ),
            ],
            options={
                "ordering": ["-month", "officer"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("product", "month", "officer"),
                        name="officer_mirror_once_a_month",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("shared_from__gt", models.F("computed_at"))),
                        name="officer_mirror_ones_own_first",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("officer", None),
                            models.Q(("look", {}), ("told_at", None)),
                            _connector="OR",
                        ),
                        name="officer_mirror_team_is_told",
                    ),
                ],
            },
        ),
        migrations.RunSQL(GUARDS, "DROP FUNCTION monitoring_keep_mirror() CASCADE"),
    ]
