"""The model inventory, and comments that keep a version from serving until they are resolved."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# What was written and said stays; a comment is resolved once.
GUARDS = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON credit_inventoryentry
    FOR EACH STATEMENT EXECUTE FUNCTION credit_refuse_change();
REVOKE UPDATE, DELETE ON credit_inventoryentry FROM evenhand_app;

CREATE FUNCTION credit_keep_version_comment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.resolved_at IS NOT NULL
       OR ROW(OLD.version_id, OLD.words, OLD.by_id, OLD.at)
          IS DISTINCT FROM ROW(NEW.version_id, NEW.words, NEW.by_id, NEW.at)
    THEN
        RAISE EXCEPTION 'a comment never changes: it is only resolved, once'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_what_was_said BEFORE UPDATE ON credit_versioncomment
    FOR EACH ROW EXECUTE FUNCTION credit_keep_version_comment();
CREATE TRIGGER never_gone BEFORE DELETE OR TRUNCATE ON credit_versioncomment
    FOR EACH STATEMENT EXECUTE FUNCTION credit_refuse_change();
REVOKE DELETE ON credit_versioncomment FROM evenhand_app;
"""
UNDO = """
DROP TRIGGER keep_what_was_said ON credit_versioncomment;
DROP FUNCTION credit_keep_version_comment();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("credit", "0017_rollback_and_stop"),
    ]

    operations = [
        migrations.CreateModel(
            name="InventoryEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "tier",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "1: much depends on it"),
                            (2, "2: some depends on it"),
                            (3, "3: little depends on it"),
                        ]
                    ),
                ),
                ("intended_use", models.TextField()),
                (
                    "limits",
                    models.TextField(
                        help_text="what it must not be used for, and where it is weak"
                    ),
                ),
                ("review_on", models.DateField(help_text="by when it is reviewed next")),
                ("written_at", models.DateTimeField()),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="inventory",
                        to="credit.product",
                    ),
                ),
                (
                    "written_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-written_at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("tier__in", [1, 2, 3])), name="inventory_entry_tier"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="VersionComment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("words", models.TextField()),
                ("at", models.DateTimeField()),
                ("resolution", models.TextField(blank=True)),
                ("resolved_at", models.DateTimeField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "resolved_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="comments",
                        to="credit.modelversion",
                    ),
                ),
            ],
            options={
                "ordering": ["at", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("resolution", ""), ("resolved_at", None), ("resolved_by", None)
                            ),
                            models.Q(
                                ("resolved_at__isnull", False),
                                ("resolved_by__isnull", False),
                                models.Q(("resolution", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="version_comment_resolved_with_words",
                    )
                ],
            },
        ),
        migrations.RunSQL(GUARDS, UNDO),
    ]
