"""Applications entered by hand and corrected, and past loans as a version sees them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# Written once; a partner sees those of its own decisions.
OWN = (
    "coalesce(current_setting('app.partner', true), '') = '' OR credit_is_own_decision(decision_id)"
)
GUARDS = "".join(
    f"""
    CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON credit_{table}
        FOR EACH STATEMENT EXECUTE FUNCTION credit_refuse_change();
    REVOKE UPDATE, DELETE ON credit_{table} FROM evenhand_app;
    ALTER TABLE credit_{table} ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own_partner ON credit_{table} USING ({OWN});
    """
    for table in ("handentry", "correction")
)

# The serving role can put groups into the vault and never look there: so whoever owns the tables
# takes them along. A function of a trigger cannot be called.
GROUPS_FOLLOW = """
CREATE FUNCTION credit_groups_follow() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO vault.applicant_attribute (application_id, attribute, value, recorded_at)
    SELECT NEW.decision_id, attribute, value, recorded_at FROM vault.applicant_attribute
    WHERE application_id = NEW.supersedes_id;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION credit_groups_follow() FROM PUBLIC;
CREATE TRIGGER groups_follow AFTER INSERT ON credit_correction
    FOR EACH ROW EXECUTE FUNCTION credit_groups_follow();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("credit", "0019_decided"),
    ]

    operations = [
        migrations.AlterField(
            model_name="application",
            name="status",
            field=models.CharField(
                choices=[
                    ("awaiting_officer", "Awaiting an officer"),
                    ("awaiting_signature", "Awaiting a second signature"),
                    ("awaiting_information", "Awaiting information"),
                    ("counter_offered", "Counter-offer made"),
                    ("approved", "Approved"),
                    ("declined", "Declined"),
                    ("withdrawn", "Withdrawn by the applicant"),
                    ("incomplete", "Closed as incomplete"),
                    ("superseded", "Superseded by a corrected one"),
                ],
                max_length=20,
            ),
        ),
        migrations.CreateModel(
            name="HandEntry",
            fields=[
                (
                    "decision",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="hand_entry",
                        serialize=False,
                        to="credit.decision",
                    ),
                ),
                (
                    "form",
                    models.CharField(
                        help_text="sending a form twice enters it once", max_length=26, unique=True
                    ),
                ),
                (
                    "confirmed",
                    models.JSONField(default=list, help_text="features that were asked about"),
                ),
                ("entered_at", models.DateTimeField()),
                (
                    "entered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Correction",
            fields=[
                (
                    "decision",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="correction",
                        serialize=False,
                        to="credit.decision",
                    ),
                ),
                (
                    "changes",
                    models.JSONField(help_text="[{field, before, after}]; data about a person"),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("document", "A document that I saw"),
                            ("applicant", "The applicant said so"),
                            ("partner", "The partner said so"),
                            ("bureau", "A credit bureau"),
                        ],
                        max_length=10,
                    ),
                ),
                ("words", models.TextField()),
                ("corrected_at", models.DateTimeField()),
                (
                    "corrected_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "supersedes",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="superseded_by",
                        to="credit.decision",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("decision", models.F("supersedes")), _negated=True),
                        name="correction_is_another_application",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PastLoans",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sha256", models.CharField(help_text="of the file in the store", max_length=64)),
                ("rows", models.PositiveIntegerField()),
                (
                    "rows_before",
                    models.PositiveIntegerField(help_text="of which the table holds some, drawn"),
                ),
                ("made_at", models.DateTimeField()),
                (
                    "version",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="past_loans",
                        to="credit.modelversion",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["version", "-made_at"], name="past_loans_by_version")
                ],
            },
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
        migrations.RunSQL(GROUPS_FOLLOW, migrations.RunSQL.noop),
    ]
