"""What officers decide: signed, undone, offered, asked, noted."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from credit.migrations import _decided_sql as sql


class Migration(migrations.Migration):
    dependencies = [
        ("credit", "0018_inventory"),
    ]

    operations = [
        migrations.CreateModel(
            name="InformationRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "items",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("income", "Proof of income"),
                                ("employment", "Proof of employment"),
                                ("statements", "Bank statements"),
                                ("identity", "Proof of identity"),
                                ("debts", "Details of other debts"),
                                ("security", "Security or a guarantor"),
                                ("purpose", "What the money is for"),
                                ("other", "Something else"),
                            ],
                            max_length=20,
                        ),
                        size=None,
                    ),
                ),
                ("words", models.TextField(blank=True)),
                ("asked_at", models.DateTimeField()),
                ("due_on", models.DateField(help_text="the last day to answer")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Not answered yet"),
                            ("answered", "Answered"),
                            ("closed", "Closed as incomplete"),
                            ("dropped", "No longer needed"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("settled_at", models.DateTimeField(null=True)),
                (
                    "answer",
                    models.TextField(blank=True, help_text="what came, in the officer's words"),
                ),
            ],
            options={
                "ordering": ["asked_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="OfferAnswer",
            fields=[
                (
                    "decision",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="offer_answer",
                        serialize=False,
                        to="credit.decision",
                    ),
                ),
                (
                    "answer",
                    models.CharField(
                        choices=[
                            ("accepted", "Accepted"),
                            ("refused", "Refused"),
                            ("lapsed", "Lapsed"),
                        ],
                        max_length=10,
                    ),
                ),
                ("words", models.TextField(blank=True)),
                ("recorded_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="OfficerNote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("words", models.TextField()),
                ("written_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["written_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="ProposedDecision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("approve", "Approve"),
                            ("decline", "Decline"),
                            ("counter_offer", "Counter-offer"),
                        ],
                        max_length=20,
                    ),
                ),
                ("is_override", models.BooleanField()),
                ("reason_code", models.CharField(blank=True, max_length=20)),
                ("reason", models.TextField(blank=True)),
                ("offered_amount", models.DecimalField(decimal_places=2, max_digits=14, null=True)),
                ("offered_term_months", models.PositiveIntegerField(null=True)),
                (
                    "limits",
                    models.JSONField(
                        default=list, help_text="of [policy.authority], that it is above"
                    ),
                ),
                ("proposed_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waits for a signature"),
                            ("signed", "Signed"),
                            ("sent_back", "Sent back"),
                            ("dropped", "Dropped"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("settled_at", models.DateTimeField(null=True)),
                ("answer", models.TextField(blank=True, help_text="why it was sent back")),
            ],
            options={
                "ordering": ["proposed_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="ReasonFeedback",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "feature",
                    models.CharField(help_text="of the decision's contract", max_length=100),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("right", "Right"),
                            ("wrong", "Wrong"),
                            ("unhelpful", "Unhelpful"),
                            ("data_wrong", "Data is wrong"),
                        ],
                        max_length=20,
                    ),
                ),
                ("given_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["given_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="UndoneDecision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("approve", "Approve"),
                            ("decline", "Decline"),
                            ("counter_offer", "Counter-offer"),
                        ],
                        max_length=20,
                    ),
                ),
                ("is_override", models.BooleanField()),
                ("reason_code", models.CharField(blank=True, max_length=20)),
                ("reason", models.TextField(blank=True)),
                ("offered_amount", models.DecimalField(decimal_places=2, max_digits=14, null=True)),
                ("offered_term_months", models.PositiveIntegerField(null=True)),
                ("decided_at", models.DateTimeField()),
                (
                    "final_at",
                    models.DateTimeField(
                        help_text="until then it can be undone, and no partner is told",
                        null=True,
                    ),
                ),
                (
                    "offer_until",
                    models.DateField(help_text="the last day to accept a counter-offer", null=True),
                ),
                ("undone_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["undone_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Withdrawal",
            fields=[
                (
                    "decision",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="withdrawal",
                        serialize=False,
                        to="credit.decision",
                    ),
                ),
                ("words", models.TextField(blank=True)),
                ("recorded_at", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="officerdecision",
            name="final_at",
            field=models.DateTimeField(
                help_text="until then it can be undone, and no partner is told",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="officerdecision",
            name="offer_until",
            field=models.DateField(help_text="the last day to accept a counter-offer", null=True),
        ),
        migrations.AddField(
            model_name="officerdecision",
            name="offered_amount",
            field=models.DecimalField(decimal_places=2, max_digits=14, null=True),
        ),
        migrations.AddField(
            model_name="officerdecision",
            name="offered_term_months",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="officerdecision",
            name="signed_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="webhookevent",
            name="due_at",
            field=models.DateTimeField(
                help_text="not to be told before; empty: at once", null=True
            ),
        ),
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
                ],
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="officerdecision",
            name="decided_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="officerdecision",
            name="verdict",
            field=models.CharField(
                choices=[
                    ("approve", "Approve"),
                    ("decline", "Decline"),
                    ("counter_offer", "Counter-offer"),
                ],
                max_length=20,
            ),
        ),
        migrations.AddConstraint(
            model_name="officerdecision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("offered_amount__isnull", False), ("verdict", "counter_offer")),
                    models.Q(
                        models.Q(("verdict", "counter_offer"), _negated=True),
                        ("offered_amount", None),
                        ("offered_term_months", None),
                    ),
                    _connector="OR",
                ),
                name="officer_decision_offers_something",
            ),
        ),
        migrations.AddConstraint(
            model_name="officerdecision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("signed_by", None),
                    models.Q(("signed_by", models.F("decided_by")), _negated=True),
                    _connector="OR",
                ),
                name="officer_decision_signed_by_someone_else",
            ),
        ),
        migrations.AddField(
            model_name="informationrequest",
            name="asked_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="informationrequest",
            name="decision",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="information_requests",
                to="credit.decision",
            ),
        ),
        migrations.AddField(
            model_name="informationrequest",
            name="settled_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="offeranswer",
            name="recorded_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="officernote",
            name="decision",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="notes",
                to="credit.decision",
            ),
        ),
        migrations.AddField(
            model_name="officernote",
            name="written_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="proposeddecision",
            name="decision",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="proposed_decisions",
                to="credit.decision",
            ),
        ),
        migrations.AddField(
            model_name="proposeddecision",
            name="proposed_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="proposeddecision",
            name="settled_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="reasonfeedback",
            name="decision",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reason_feedback",
                to="credit.decision",
            ),
        ),
        migrations.AddField(
            model_name="reasonfeedback",
            name="given_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="undonedecision",
            name="decided_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="undonedecision",
            name="decision",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="undone_decisions",
                to="credit.decision",
            ),
        ),
        migrations.AddField(
            model_name="undonedecision",
            name="signed_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="undonedecision",
            name="undone_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="withdrawal",
            name="recorded_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="informationrequest",
            index=models.Index(
                condition=models.Q(("state", "open")),
                fields=["due_on"],
                name="information_request_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="informationrequest",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open")),
                fields=("decision",),
                name="information_request_one_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="informationrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("items", []), _negated=True),
                name="information_request_asks_for_something",
            ),
        ),
        migrations.AddConstraint(
            model_name="informationrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("settled_at", None), ("settled_by", None), ("state", "open")),
                    models.Q(
                        models.Q(("state", "open"), _negated=True),
                        ("settled_at__isnull", False),
                        ("settled_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="information_request_settled_or_not",
            ),
        ),
        migrations.AddConstraint(
            model_name="officernote",
            constraint=models.CheckConstraint(
                condition=models.Q(("words", ""), _negated=True), name="officer_note_has_words"
            ),
        ),
        migrations.AddIndex(
            model_name="proposeddecision",
            index=models.Index(
                condition=models.Q(("state", "waiting")),
                fields=["proposed_at"],
                name="proposed_decision_waiting",
            ),
        ),
        migrations.AddConstraint(
            model_name="proposeddecision",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "waiting")),
                fields=("decision",),
                name="proposed_decision_one_waits",
            ),
        ),
        migrations.AddConstraint(
            model_name="proposeddecision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("is_override", False),
                    models.Q(
                        models.Q(("reason_code", ""), _negated=True),
                        models.Q(("reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="proposed_decision_override_has_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="proposeddecision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("offered_amount__isnull", False), ("verdict", "counter_offer")),
                    models.Q(
                        models.Q(("verdict", "counter_offer"), _negated=True),
                        ("offered_amount", None),
                        ("offered_term_months", None),
                    ),
                    _connector="OR",
                ),
                name="proposed_decision_offers_something",
            ),
        ),
        migrations.AddConstraint(
            model_name="proposeddecision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["signed", "sent_back"]), _negated=True),
                    models.Q(("settled_by", models.F("proposed_by")), _negated=True),
                    _connector="OR",
                ),
                name="proposed_decision_four_eyes",
            ),
        ),
        migrations.AddConstraint(
            model_name="proposeddecision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("settled_at", None), ("settled_by", None), ("state", "waiting")),
                    models.Q(
                        models.Q(("state", "waiting"), _negated=True),
                        ("settled_at__isnull", False),
                        ("settled_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="proposed_decision_settled_or_not",
            ),
        ),
        migrations.AddConstraint(
            model_name="proposeddecision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "sent_back"), _negated=True),
                    models.Q(("answer", ""), _negated=True),
                    _connector="OR",
                ),
                name="proposed_decision_sent_back_with_words",
            ),
        ),
        migrations.AddConstraint(
            model_name="reasonfeedback",
            constraint=models.UniqueConstraint(
                fields=("decision", "feature", "given_by"), name="reason_feedback_one_a_person"
            ),
        ),
        migrations.AddConstraint(
            model_name="undonedecision",
            constraint=models.CheckConstraint(
                condition=models.Q(("undone_at__lt", models.F("final_at"))),
                name="undone_decision_in_time",
            ),
        ),
        *(migrations.RunSQL(each, migrations.RunSQL.noop) for each in sql.IN_ORDER),
    ]
