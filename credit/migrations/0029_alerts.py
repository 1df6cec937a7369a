"""Alerts that somebody sees to: their life, cases, silences, and what was told to whom."""

from datetime import timedelta

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

import credit.models.alerts
from credit.migrations._alerts_sql import GUARDS, OLD_ALERTS, UNDO


class Migration(migrations.Migration):
    dependencies = [
        ("credit", "0028_queue_checks"),
    ]

    operations = [
        migrations.CreateModel(
            name="AlertCase",
            fields=[
                (
                    "alert",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="case",
                        serialize=False,
                        to="credit.alert",
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                (
                    "decision",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("nothing_to_do", "Nothing to do"),
                            ("retrain_asked", "A retraining was asked for"),
                            ("policy_changed", "The policy was changed"),
                            ("partner_told", "The partner was told"),
                            ("rolled_back", "The model was rolled back"),
                            ("fairness_reviewed", "Fairness was reviewed"),
                            ("other", "Something else"),
                        ],
                        max_length=20,
                    ),
                ),
                ("words", models.TextField(blank=True)),
                ("closed_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["-opened_at"],
            },
        ),
        migrations.CreateModel(
            name="AlertDelivery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "event",
                    models.CharField(
                        choices=[
                            ("alert.opened", "Alert opened"),
                            ("alert.resolved", "Alert resolved"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "Waiting"),
                            ("sent", "Sent"),
                            ("failed", "Given up"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="pending",
                        max_length=10,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("owed_at", models.DateTimeField()),
                ("next_try_at", models.DateTimeField(null=True)),
                ("sent_at", models.DateTimeField(null=True)),
                (
                    "problem",
                    models.CharField(blank=True, help_text="of the last try", max_length=300),
                ),
            ],
            options={
                "ordering": ["owed_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="AlertSilence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("cause", models.CharField(max_length=50)),
                ("segment", models.CharField(blank=True, max_length=120)),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("why", models.TextField()),
                ("ended_at", models.DateTimeField(help_text="before its time", null=True)),
                ("salt", models.BinaryField(default=credit.models.alerts.new_salt, max_length=16)),
            ],
            options={
                "ordering": ["until", "pk"],
            },
        ),
        migrations.CreateModel(
            name="AlertStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("acknowledged", "Acknowledged"),
                            ("assigned", "Given to a person"),
                            ("commented", "Comment"),
                            ("cleared", "The condition passed"),
                            ("returned", "The condition came back"),
                            ("silenced", "Silenced"),
                            ("unsilenced", "Silence ended"),
                            ("resolved", "Resolved"),
                        ],
                        max_length=12,
                    ),
                ),
                ("words", models.TextField(blank=True)),
                ("until", models.DateTimeField(help_text="of a silence", null=True)),
                ("at", models.DateTimeField()),
            ],
            options={
                "ordering": ["at", "pk"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="alert",
            name="alert_one_open_a_cause",
        ),
        migrations.AddField(
            model_name="alert",
            name="acknowledged_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="alert",
            name="acknowledged_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="alert",
            name="cleared_at",
            field=models.DateTimeField(help_text="since when the condition has passed", null=True),
        ),
        migrations.AddField(
            model_name="alert",
            name="link",
            field=models.CharField(blank=True, help_text="a page of ours", max_length=300),
        ),
        migrations.AddField(
            model_name="alert",
            name="n",
            field=models.PositiveBigIntegerField(help_text="what the finding stands on", null=True),
        ),
        migrations.AddField(
            model_name="alert",
            name="owner",
            field=models.CharField(default="", help_text="the role that is told", max_length=30),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="alert",
            name="resolution",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="alert",
            name="resolved_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="alert",
            name="salt",
            field=models.BinaryField(default=credit.models.alerts.new_salt, max_length=16),
        ),
        migrations.AddField(
            model_name="alert",
            name="segment",
            field=models.CharField(
                blank=True, help_text="as in partner:acme; empty: everything", max_length=120
            ),
        ),
        migrations.AddField(
            model_name="alert",
            name="taken_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="alert",
            name="told_at",
            field=models.DateTimeField(help_text="when mails and webhook were owed", null=True),
        ),
        migrations.AddField(
            model_name="user",
            name="mails_alerts",
            field=models.BooleanField(
                default=True,
                help_text="wants alerts of their roles by mail, where there is an address",
            ),
        ),
        migrations.AlterField(
            model_name="alert",
            name="cause",
            field=models.CharField(
                help_text="as in bundle_missing: credit.alert_kinds", max_length=50
            ),
        ),
        migrations.AddIndex(
            model_name="alert",
            index=models.Index(
                condition=models.Q(("acknowledged_at", None), ("resolved_at", None)),
                fields=["owner"],
                name="alert_news_of_owner",
            ),
        ),
        migrations.AddIndex(
            model_name="alert",
            index=models.Index(
                condition=models.Q(("resolved_at", None), ("told_at", None)),
                fields=["first_at"],
                name="alert_not_told",
            ),
        ),
        migrations.AddIndex(
            model_name="alert",
            index=models.Index(fields=["-resolved_at", "-id"], name="alert_by_resolution"),
        ),
        migrations.AddConstraint(
            model_name="alert",
            constraint=models.UniqueConstraint(
                condition=models.Q(("resolved_at", None)),
                fields=("product", "cause", "segment"),
                name="alert_one_open",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="alert",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("resolved_at__isnull", False),
                    models.Q(("resolution", ""), ("resolved_by", None)),
                    _connector="OR",
                ),
                name="alert_resolved_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="alert",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("acknowledged_at", None), ("acknowledged_by", None)),
                    models.Q(
                        ("acknowledged_at__isnull", False), ("acknowledged_by__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="alert_acknowledged_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="alert",
            constraint=models.CheckConstraint(
                condition=models.Q(("link", ""), ("link__startswith", "/"), _connector="OR"),
                name="alert_links_to_a_page_of_ours",
            ),
        ),
        migrations.AddField(
            model_name="alertcase",
            name="closed_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="alertdelivery",
            name="alert",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="deliveries",
                to="credit.alert",
            ),
        ),
        migrations.AddField(
            model_name="alertdelivery",
            name="user",
            field=models.ForeignKey(
                help_text="by mail; empty: the webhook",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="alertsilence",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="alertsilence",
            name="ended_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="alertsilence",
            name="product",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="silences",
                to="credit.product",
            ),
        ),
        migrations.AddField(
            model_name="alertstep",
            name="about",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="alertstep",
            name="alert",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="steps", to="credit.alert"
            ),
        ),
        migrations.AddField(
            model_name="alertstep",
            name="by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="alertcase",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("closed_at", None), ("closed_by", None), ("decision", ""), ("words", "")
                    ),
                    models.Q(
                        ("closed_at__isnull", False),
                        ("closed_by__isnull", False),
                        models.Q(("decision", ""), _negated=True),
                        models.Q(("words", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="alert_case_closed_with_a_decision",
            ),
        ),
        migrations.AddIndex(
            model_name="alertdelivery",
            index=models.Index(
                condition=models.Q(("state", "pending")),
                fields=["next_try_at"],
                name="alert_delivery_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="alertdelivery",
            constraint=models.UniqueConstraint(
                fields=("alert", "event", "user"), name="alert_delivery_once", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="alertdelivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("next_try_at__isnull", False), ("state", "pending")),
                    models.Q(models.Q(("state", "pending"), _negated=True), ("next_try_at", None)),
                    _connector="OR",
                ),
                name="alert_delivery_waits_for_something",
            ),
        ),
        migrations.AddConstraint(
            model_name="alertsilence",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("until__gt", models.F("since")),
                    (
                        "until__lte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("since"), "+", models.Value(timedelta(days=30))
                        ),
                    ),
                ),
                name="alert_silence_has_an_end",
            ),
        ),
        migrations.AddConstraint(
            model_name="alertsilence",
            constraint=models.CheckConstraint(
                condition=models.Q(("why", ""), _negated=True), name="alert_silence_says_why"
            ),
        ),
        migrations.AddConstraint(
            model_name="alertsilence",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at", None), ("ended_by", None)),
                    models.Q(("ended_at__isnull", False), ("ended_by__isnull", False)),
                    _connector="OR",
                ),
                name="alert_silence_ended_by_somebody",
            ),
        ),
        migrations.RunSQL(OLD_ALERTS, migrations.RunSQL.noop),
        migrations.RunSQL(GUARDS, UNDO),
    ]
