"""Notices that prove themselves, what could not leave, and requests for a review."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from credit.migrations import _notices_sql as sql


class Migration(migrations.Migration):
    dependencies = [
        ("credit", "0021_queue"),
    ]

    operations = [
        migrations.CreateModel(
            name="Notice",
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
                            ("adverse_action", "Adverse action"),
                            ("counter_offer", "Counter-offer"),
                            ("incompleteness", "Incompleteness"),
                            ("explanation", "Explanation"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "number",
                    models.PositiveIntegerField(
                        help_text="of its kind; above 1 it was issued again"
                    ),
                ),
                ("why_again", models.TextField(blank=True)),
                ("has_address", models.BooleanField(help_text="else it names the reference only")),
                ("pdf", models.BinaryField()),
                ("html", models.BinaryField()),
                ("pdf_sha256", models.CharField(max_length=64)),
                ("html_sha256", models.CharField(max_length=64)),
                (
                    "certificate",
                    models.BinaryField(help_text="as scoring.notices.records writes it"),
                ),
                ("seal", models.CharField(max_length=64)),
                ("issued_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["issued_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="NoticeFailure",
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
                            ("adverse_action", "Adverse action"),
                            ("counter_offer", "Counter-offer"),
                            ("incompleteness", "Incompleteness"),
                            ("explanation", "Explanation"),
                        ],
                        max_length=20,
                    ),
                ),
                ("problems", models.JSONField(help_text="[{code, text}]")),
                ("tried_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["tried_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="NoticeWording",
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
                            ("adverse_action", "Adverse action"),
                            ("counter_offer", "Counter-offer"),
                            ("incompleteness", "Incompleteness"),
                            ("explanation", "Explanation"),
                        ],
                        max_length=20,
                    ),
                ),
                ("reasons", models.JSONField(help_text="[{code, text}]")),
                ("stated_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["stated_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="ReviewRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("words", models.TextField(help_text="the applicant's own view")),
                ("asked_at", models.DateTimeField()),
                ("due_on", models.DateField()),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[("upheld", "Upheld"), ("changed", "To be changed")],
                        max_length=10,
                    ),
                ),
                ("answer", models.TextField(blank=True, help_text="what the applicant is told")),
                ("answered_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["asked_at", "pk"],
            },
        ),
        migrations.AddField(
            model_name="application",
            name="told",
            field=models.CharField(
                db_default="",
                help_text="the status that a notice told of, or NOT_PROVED",
                max_length=20,
            ),
        ),
        migrations.AddIndex(
            model_name="application",
            index=models.Index(
                condition=models.Q(
                    models.Q(
                        ("status__in", ["declined", "counter_offered", "awaiting_information"]),
                        models.Q(("told", models.F("status")), _negated=True),
                    ),
                    models.Q(
                        ("status", "incomplete"),
                        models.Q(
                            ("told__in", ["awaiting_information", "incomplete"]), _negated=True
                        ),
                    ),
                    _connector="OR",
                ),
                fields=["product", "received_at", "id"],
                name="application_owed_a_notice",
            ),
        ),
        migrations.AddField(
            model_name="notice",
            name="decision",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="notices",
                to="credit.decision",
            ),
        ),
        migrations.AddField(
            model_name="notice",
            name="issued_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="noticefailure",
            name="decision",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="failed_notices",
                to="credit.decision",
            ),
        ),
        migrations.AddField(
            model_name="noticefailure",
            name="tried_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="noticewording",
            name="decision",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="wordings",
                to="credit.decision",
            ),
        ),
        migrations.AddField(
            model_name="noticewording",
            name="stated_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="reviewrequest",
            name="answered_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="reviewrequest",
            name="decision",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reviews",
                to="credit.decision",
            ),
        ),
        migrations.AddField(
            model_name="reviewrequest",
            name="recorded_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(fields=["issued_at"], name="notice_by_time"),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.UniqueConstraint(
                fields=("decision", "kind", "number"), name="notice_numbered_by_kind"
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("number", 1), models.Q(("why_again", ""), _negated=True), _connector="OR"
                ),
                name="notice_again_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="noticefailure",
            constraint=models.CheckConstraint(
                condition=models.Q(("problems", []), _negated=True), name="notice_failure_says_why"
            ),
        ),
        migrations.AddConstraint(
            model_name="noticewording",
            constraint=models.CheckConstraint(
                condition=models.Q(("reasons", []), _negated=True),
                name="notice_wording_says_something",
            ),
        ),
        migrations.AddIndex(
            model_name="reviewrequest",
            index=models.Index(
                condition=models.Q(("outcome", "")),
                fields=["due_on", "id"],
                name="review_request_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewrequest",
            constraint=models.UniqueConstraint(
                condition=models.Q(("outcome", "")),
                fields=("decision",),
                name="review_request_one_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("words", ""), _negated=True), name="review_request_has_words"
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("answer", ""),
                        ("answered_at", None),
                        ("answered_by", None),
                        ("outcome", ""),
                    ),
                    models.Q(
                        models.Q(("outcome", ""), _negated=True),
                        models.Q(("answer", ""), _negated=True),
                        ("answered_by__isnull", False),
                        ("answered_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="review_request_answered_or_not",
            ),
        ),
        *(migrations.RunSQL(each, migrations.RunSQL.noop) for each in sql.IN_ORDER),
    ]
