"""Requests that versions serve, waivers of gates, and canaries that are watched."""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

STAGES = [
    ("candidate", "Candidate"),
    ("shadow", "Shadow"),
    ("canary", "Canary"),
    ("champion", "Champion"),
    ("retired", "Retired"),
]
ROUTES = [
    ("champion", "Champion"),
    ("canary", "Canary"),
    ("previous_champion", "Champion before"),
    ("scorecard", "Fallback scorecard"),
    ("none", "No model could score it"),
]
STATES = [
    ("open", "Open"),
    ("approved", "Approved"),
    ("refused", "Refused"),
    ("withdrawn", "Withdrawn"),
    ("superseded", "Superseded"),
    ("halted", "Halted"),
    ("completed", "Completed"),
]
# What was seen of a canary is the evidence for halting it, or for going on.
GUARDS = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON credit_canarycheck
    FOR EACH STATEMENT EXECUTE FUNCTION credit_refuse_change();
REVOKE UPDATE, DELETE ON credit_canarycheck FROM evenhand_app;

CREATE FUNCTION credit_keep_promotion_request() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.ended_at IS NOT NULL
       OR ROW(OLD.product_id, OLD.version_id, OLD.requested_by_id, OLD.requested_at, OLD.why)
          IS DISTINCT FROM
          ROW(NEW.product_id, NEW.version_id, NEW.requested_by_id, NEW.requested_at, NEW.why)
       OR OLD.answered_at IS NOT NULL
          AND ROW(OLD.answered_by_id, OLD.answered_at, OLD.answer)
              IS DISTINCT FROM ROW(NEW.answered_by_id, NEW.answered_at, NEW.answer)
    THEN
        RAISE EXCEPTION 'a request never changes: it is answered once, and ends once'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_what_was_said BEFORE UPDATE ON credit_promotionrequest
    FOR EACH ROW EXECUTE FUNCTION credit_keep_promotion_request();
CREATE TRIGGER never_gone BEFORE DELETE OR TRUNCATE ON credit_promotionrequest
    FOR EACH STATEMENT EXECUTE FUNCTION credit_refuse_change();
REVOKE DELETE ON credit_promotionrequest FROM evenhand_app;

CREATE FUNCTION credit_keep_gate_waiver() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.second_at IS NOT NULL
       OR ROW(OLD.version_id, OLD.gate, OLD.why, OLD.first_by_id, OLD.first_at)
          IS DISTINCT FROM
          ROW(NEW.version_id, NEW.gate, NEW.why, NEW.first_by_id, NEW.first_at)
    THEN
        RAISE EXCEPTION 'a waiver never changes: it is signed a second time, once'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_what_was_said BEFORE UPDATE ON credit_gatewaiver
    FOR EACH ROW EXECUTE FUNCTION credit_keep_gate_waiver();
CREATE TRIGGER never_gone BEFORE DELETE OR TRUNCATE ON credit_gatewaiver
    FOR EACH STATEMENT EXECUTE FUNCTION credit_refuse_change();
REVOKE DELETE ON credit_gatewaiver FROM evenhand_app;
"""
UNDO = """
DROP TRIGGER keep_what_was_said ON credit_promotionrequest;
DROP FUNCTION credit_keep_promotion_request();
DROP TRIGGER keep_what_was_said ON credit_gatewaiver;
DROP FUNCTION credit_keep_gate_waiver();
"""


def _key() -> models.BigAutoField:
    return models.BigAutoField(
        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
    )


def _person(**more: Any) -> models.ForeignKey:
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to=settings.AUTH_USER_MODEL,
        **more,
    )


def _version(related_name: str, **more: Any) -> models.ForeignKey:
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT,
        related_name=related_name,
        to="credit.modelversion",
        **more,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("credit", "0022_notices"),
    ]

    operations = [
        migrations.AddField("modelversion", "canary_by", _person(null=True)),
        migrations.AddField(
            "modelversion",
            "canary_at",
            models.DateTimeField(help_text="since when, or the last time", null=True),
        ),
        migrations.AlterField(
            "modelversion",
            "stage",
            models.CharField(choices=STAGES, default="candidate", max_length=12),
        ),
        migrations.AlterField(
            "stagechange", "stage", models.CharField(choices=STAGES, max_length=12)
        ),
        migrations.AlterField(
            "stagechange", "by", _person(help_text="null: a canary that halted itself", null=True)
        ),
        migrations.AlterField("score", "route", models.CharField(choices=ROUTES, max_length=20)),
        migrations.AddConstraint(
            "modelversion",
            models.UniqueConstraint(
                condition=models.Q(("stage", "canary")),
                fields=("product",),
                name="model_version_one_canary",
            ),
        ),
        migrations.AddConstraint(
            "modelversion",
            models.CheckConstraint(
                condition=models.Q(
                    ("canary_by", None),
                    models.Q(("canary_by", models.F("trained_by")), _negated=True),
                    _connector="OR",
                ),
                name="model_version_canary_by_someone_else",
            ),
        ),
        migrations.AddConstraint(
            "modelversion",
            models.CheckConstraint(
                condition=models.Q(
                    models.Q(("stage", "canary"), _negated=True),
                    models.Q(("canary_at__isnull", False), ("canary_by__isnull", False)),
                    _connector="OR",
                ),
                name="model_version_canary_is_signed",
            ),
        ),
        migrations.AddConstraint(
            "stagechange",
            models.CheckConstraint(
                condition=models.Q(("by__isnull", False), ("stage", "candidate"), _connector="OR"),
                name="stage_change_signed_unless_halted",
            ),
        ),
        migrations.CreateModel(
            name="PromotionRequest",
            fields=[
                ("id", _key()),
                (
                    "state",
                    models.CharField(choices=STATES, default="open", max_length=10),
                ),
                ("requested_at", models.DateTimeField()),
                ("why", models.TextField()),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "answer",
                    models.TextField(blank=True, help_text="why it was approved or refused"),
                ),
                ("ended_at", models.DateTimeField(null=True)),
                ("ending", models.TextField(blank=True, help_text="why it ended as it did")),
                ("answered_by", _person(null=True)),
                ("ended_by", _person(help_text="null of one that halted itself", null=True)),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="promotions",
                        to="credit.product",
                    ),
                ),
                ("requested_by", _person()),
                ("version", _version("promotions")),
            ],
            options={
                "ordering": ["-requested_at", "-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["open", "approved"])),
                        fields=("product",),
                        name="promotion_request_one_under_way",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("why", ""), _negated=True),
                        name="promotion_request_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("answered_by", None),
                            models.Q(("answered_by", models.F("requested_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="promotion_request_four_eyes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("answered_by", None),
                                ("state__in", ["open", "withdrawn", "superseded"]),
                            ),
                            models.Q(
                                ("answered_at__isnull", False),
                                ("answered_by__isnull", False),
                                models.Q(("answer", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="promotion_request_answered_with_words",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at", None), ("state__in", ["open", "approved"])),
                            models.Q(
                                models.Q(("state__in", ["open", "approved"]), _negated=True),
                                ("ended_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="promotion_request_ended_or_under_way",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="GateWaiver",
            fields=[
                ("id", _key()),
                ("gate", models.CharField(max_length=50)),
                ("why", models.TextField()),
                ("first_at", models.DateTimeField()),
                ("second_at", models.DateTimeField(null=True)),
                ("first_by", _person()),
                ("second_by", _person(null=True)),
                ("version", _version("waivers")),
            ],
            options={
                "ordering": ["version", "gate"],
                "constraints": [
                    models.UniqueConstraint(fields=("version", "gate"), name="gate_waiver_once"),
                    models.CheckConstraint(
                        condition=models.Q(("gate__in", ("parity", "reasons")), _negated=True),
                        name="gate_waiver_not_of_law_4",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("why", ""), _negated=True),
                        name="gate_waiver_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("second_at", None), ("second_by", None)),
                            models.Q(
                                ("second_at__isnull", False),
                                ("second_by__isnull", False),
                                models.Q(("second_by", models.F("first_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="gate_waiver_four_eyes",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CanaryMinute",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "version_id",
                        "at",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("at", models.DateTimeField(help_text="the minute's beginning")),
                (
                    "tried",
                    models.PositiveIntegerField(help_text="applications that it was to score"),
                ),
                ("failed", models.PositiveIntegerField(help_text="of them, that it could not")),
                (
                    "timed",
                    models.PositiveIntegerField(
                        help_text="that it scored alone, not as rows of a file"
                    ),
                ),
                (
                    "slow",
                    models.PositiveIntegerField(
                        help_text="of them, that took longer than the policy's limit"
                    ),
                ),
                ("version", _version("+", db_index=False)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("failed__lte", models.F("tried")), ("slow__lte", models.F("timed"))
                        ),
                        name="canary_minute_parts",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CanaryCheck",
            fields=[
                ("id", _key()),
                ("since", models.DateTimeField(help_text="when this run of the canary began")),
                ("at", models.DateTimeField()),
                (
                    "upto",
                    models.CharField(
                        help_text="decisions before this id are counted", max_length=26
                    ),
                ),
                ("seen", models.JSONField(help_text="as scoring.candidates.canary.Seen")),
                (
                    "findings",
                    models.JSONField(help_text="as scoring.candidates.canary.Finding, each"),
                ),
                ("is_halted", models.BooleanField()),
                ("version", _version("canary_checks", db_index=False)),
            ],
            options={
                "ordering": ["-at", "-pk"],
                "indexes": [models.Index(fields=["version", "at"], name="canary_check_by_version")],
            },
        ),
        migrations.RunSQL(GUARDS, UNDO),
    ]
