"""Policies that change without their contract, who asked for them; months counted to try them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# What was asked for stays as it was asked; it is answered once.
GUARDS = """
CREATE FUNCTION credit_keep_policy_proposal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'waiting'
       OR ROW(OLD.product_id, OLD.contract_id, OLD.base_id, OLD.text, OLD.hash, OLD.valid_from,
              OLD.why, OLD.requested_by_id, OLD.requested_at)
          IS DISTINCT FROM
          ROW(NEW.product_id, NEW.contract_id, NEW.base_id, NEW.text, NEW.hash, NEW.valid_from,
              NEW.why, NEW.requested_by_id, NEW.requested_at)
    THEN
        RAISE EXCEPTION 'a proposal never changes: it is only answered, once'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_what_was_asked BEFORE UPDATE ON credit_policyproposal
    FOR EACH ROW EXECUTE FUNCTION credit_keep_policy_proposal();
CREATE TRIGGER never_gone BEFORE DELETE OR TRUNCATE ON credit_policyproposal
    FOR EACH STATEMENT EXECUTE FUNCTION credit_refuse_change();
REVOKE DELETE ON credit_policyproposal FROM evenhand_app;
"""
APPEND_ONLY = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON credit_{table}
    FOR EACH STATEMENT EXECUTE FUNCTION credit_refuse_change();
REVOKE UPDATE, DELETE ON credit_{table} FROM evenhand_app;
"""
# Counts over all partners are no partner's to see, nor who asked for a policy.
STAFF = """
ALTER TABLE credit_{table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_partner ON credit_{table}
    USING (coalesce(current_setting('app.partner', true), '') = '');
"""


def _id() -> tuple[str, models.Field]:
    return (
        "id",
        models.BigAutoField(
            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
        ),
    )


def _protected(to: str, **options: object) -> models.ForeignKey:
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=to, **options)


class Migration(migrations.Migration):
    dependencies = [
        ("credit", "0024_learning"),
    ]

    operations = [
        migrations.AddField(
            model_name="policyversion",
            name="hash",
            field=models.CharField(
                blank=True, db_default="", default="", help_text="of the text", max_length=71
            ),
        ),
        migrations.AddField(
            model_name="policyversion",
            name="text",
            field=models.TextField(
                blank=True,
                db_default="",
                default="",
                help_text=(
                    "the contract with this policy in it; empty where it is the contract's own"
                ),
            ),
        ),
        migrations.AlterField(
            model_name="policyversion",
            name="contract",
            field=_protected("credit.contractversion", help_text="whose models it decides for"),
        ),
        migrations.AddConstraint(
            model_name="policyversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("hash", ""), ("text", "")),
                    models.Q(
                        models.Q(("text", ""), _negated=True),
                        models.Q(("hash", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="policy_version_text_has_hash",
            ),
        ),
        migrations.CreateModel(
            name="PolicyWithdrawal",
            fields=[
                _id(),
                ("at", models.DateTimeField()),
                ("why", models.TextField()),
                ("by", _protected(settings.AUTH_USER_MODEL, related_name="+")),
                (
                    "policy",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="withdrawal",
                        to="credit.policyversion",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("why", ""), _negated=True),
                        name="policy_withdrawal_says_why",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PolicyProposal",
            fields=[
                _id(),
                ("text", models.TextField(help_text="the contract with the changed policy in it")),
                ("hash", models.CharField(max_length=71)),
                (
                    "valid_from",
                    models.DateTimeField(help_text="without one, from its approval on", null=True),
                ),
                ("why", models.TextField()),
                ("requested_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waits for approval"),
                            ("approved", "Approved"),
                            ("refused", "Refused"),
                            ("dropped", "Taken back"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "answer",
                    models.TextField(blank=True, help_text="the words of who answered"),
                ),
                (
                    "answered_by",
                    _protected(settings.AUTH_USER_MODEL, null=True, related_name="+"),
                ),
                (
                    "base",
                    _protected(
                        "credit.policyversion", help_text="what it changes", related_name="+"
                    ),
                ),
                (
                    "contract",
                    _protected(
                        "credit.contractversion", help_text="of its models", related_name="+"
                    ),
                ),
                (
                    "policy",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proposal",
                        to="credit.policyversion",
                    ),
                ),
                ("product", _protected("credit.product", related_name="policy_proposals")),
                ("requested_by", _protected(settings.AUTH_USER_MODEL, related_name="+")),
            ],
            options={
                "ordering": ["-requested_at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("why", ""), _negated=True),
                        name="policy_proposal_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["approved", "refused"]), _negated=True),
                            models.Q(("answered_by", models.F("requested_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="policy_proposal_four_eyes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("answered_at", None), ("answered_by", None), ("state", "waiting")
                            ),
                            models.Q(
                                models.Q(("state", "waiting"), _negated=True),
                                ("answered_at__isnull", False),
                                ("answered_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="policy_proposal_answered_or_not",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("policy__isnull", False), ("state", "approved")),
                            models.Q(
                                models.Q(("state", "approved"), _negated=True),
                                ("policy", None),
                            ),
                            _connector="OR",
                        ),
                        name="policy_proposal_approved_is_a_policy",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CountedMonth",
            fields=[
                _id(),
                ("month", models.DateField(help_text="its first day, UTC")),
                (
                    "tally",
                    models.JSONField(help_text="as scoring.results.through_the_door writes it"),
                ),
                ("n", models.PositiveBigIntegerField()),
                ("counted_at", models.DateTimeField()),
                ("product", _protected("credit.product", related_name="counted_months")),
            ],
            options={
                "ordering": ["product", "month"],
                "constraints": [
                    models.UniqueConstraint(fields=("product", "month"), name="counted_month_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="CountedGroups",
            fields=[
                _id(),
                ("month", models.DateField(help_text="its first day, UTC")),
                ("attribute", models.CharField(max_length=63)),
                ("cells", models.JSONField(help_text="as scoring.groups.cells writes it")),
                ("counted_at", models.DateTimeField()),
                ("product", _protected("credit.product", related_name="counted_groups")),
            ],
            options={
                "ordering": ["product", "month", "attribute"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("product", "month", "attribute"), name="counted_groups_once"
                    )
                ],
            },
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
        *(
            migrations.RunSQL(APPEND_ONLY.format(table=table), migrations.RunSQL.noop)
            for table in ("policywithdrawal", "countedgroups")
        ),
        *(
            migrations.RunSQL(STAFF.format(table=table), migrations.RunSQL.noop)
            for table in ("policyproposal", "countedmonth", "countedgroups")
        ),
    ]
