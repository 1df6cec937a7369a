"""The queue as a narrow table, who holds what, saved views, and past cases to practise on."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# An item says what its application was when it was gathered: whatever changes the status, in
# whatever transaction, the item goes with it and is gathered anew where the application still
# waits. What waits for its applicant stops the policy's clock meanwhile, by the database's clock as
# events are numbered (decision record 0016). Deciding is one insert, which no trigger looks at. The
# function is the owner's, so that row security of whoever changes a status hides no item from it.
FOLLOW = """
CREATE FUNCTION credit_leave_queue() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    DELETE FROM public.credit_queueitem WHERE decision_id = NEW.id;
    UPDATE public.credit_clockstop SET resumed_at = now()
        WHERE decision_id = NEW.id AND resumed_at IS NULL;
    IF NEW.status IN ('awaiting_information', 'counter_offered') THEN
        INSERT INTO public.credit_clockstop (decision_id, stopped_at) VALUES (NEW.id, now());
    END IF;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION credit_leave_queue() FROM PUBLIC;
CREATE TRIGGER leave_queue AFTER UPDATE OF status ON credit_application
    FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status)
    EXECUTE FUNCTION credit_leave_queue();
"""
FOLLOW += "REVOKE INSERT, UPDATE, DELETE ON credit_clockstop FROM evenhand_app;"
UNFOLLOW = """
DROP TRIGGER leave_queue ON credit_application;
DROP FUNCTION credit_leave_queue();
"""

# Partners see nothing of it: a transaction that says whose it is finds no row.
STAFF = """
ALTER TABLE credit_{table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY staff ON credit_{table}
    USING (coalesce(current_setting('app.partner', true), '') = '');
"""

# What was said stays said: a referral ends, an answer is given once.
KEEP = """
CREATE FUNCTION credit_keep_referral() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.ended_at IS NOT NULL
       OR ROW(OLD.decision_id, OLD.words, OLD.referred_by_id, OLD.referred_at)
          IS DISTINCT FROM ROW(NEW.decision_id, NEW.words, NEW.referred_by_id, NEW.referred_at)
    THEN
        RAISE EXCEPTION 'a referral never changes: it only ends'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_what_was_said BEFORE UPDATE ON credit_referral
    FOR EACH ROW EXECUTE FUNCTION credit_keep_referral();
CREATE TRIGGER never_gone BEFORE DELETE OR TRUNCATE ON credit_referral
    FOR EACH STATEMENT EXECUTE FUNCTION credit_refuse_change();
REVOKE DELETE ON credit_referral FROM evenhand_app;

CREATE FUNCTION credit_keep_practice_answer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.answered_at IS NOT NULL
       OR ROW(OLD.case_id, OLD.officer_id, OLD.repeats_id, OLD.shown_at)
          IS DISTINCT FROM ROW(NEW.case_id, NEW.officer_id, NEW.repeats_id, NEW.shown_at)
    THEN
        RAISE EXCEPTION 'an answer in practice is given once'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_what_was_said BEFORE UPDATE ON credit_practiceanswer
    FOR EACH ROW EXECUTE FUNCTION credit_keep_practice_answer();
CREATE TRIGGER never_gone BEFORE DELETE OR TRUNCATE ON credit_practiceanswer
    FOR EACH STATEMENT EXECUTE FUNCTION credit_refuse_change();
REVOKE DELETE ON credit_practiceanswer FROM evenhand_app;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON credit_practicecase
    FOR EACH STATEMENT EXECUTE FUNCTION credit_refuse_change();
REVOKE UPDATE, DELETE ON credit_practicecase FROM evenhand_app;
"""
UNKEEP = """
DROP TRIGGER keep_what_was_said ON credit_referral;
DROP FUNCTION credit_keep_referral();
DROP TRIGGER keep_what_was_said ON credit_practiceanswer;
DROP FUNCTION credit_keep_practice_answer();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("credit", "0020_entries"),
    ]

    operations = [
        migrations.CreateModel(
            name="PracticeAnswer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("shown_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "said",
                    models.FloatField(
                        help_text="the officer's chance of default, 0 to 1", null=True
                    ),
                ),
            ],
            options={
                "ordering": ["shown_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="PracticeCase",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "row",
                    models.CharField(
                        help_text="of the snapshot that the version learnt from", max_length=200
                    ),
                ),
                ("features", models.JSONField()),
                (
                    "pd",
                    models.FloatField(help_text="out of fold: by a fit that had not seen this row"),
                ),
                ("is_bad", models.BooleanField()),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="QueueItem",
            fields=[
                (
                    "decision",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="queue_item",
                        serialize=False,
                        to="credit.decision",
                    ),
                ),
                ("status", models.CharField(help_text="the application's", max_length=20)),
                ("reference", models.CharField(max_length=100)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14)),
                ("currency", models.CharField(max_length=3)),
                ("term_months", models.PositiveIntegerField(null=True)),
                (
                    "recommendation",
                    models.CharField(
                        choices=[
                            ("approve", "Approve"),
                            ("refer", "Refer to an officer"),
                            ("decline", "Decline"),
                        ],
                        max_length=10,
                    ),
                ),
                ("route", models.CharField(max_length=20)),
                ("score", models.IntegerField(null=True)),
                ("band", models.CharField(blank=True, max_length=10)),
                ("pd", models.FloatField(null=True)),
                ("risk", models.FloatField(help_text="the PD; 1 where no model scored it")),
                ("received_at", models.DateTimeField()),
                ("due_at", models.DateTimeField(help_text="by the policy's clock")),
                (
                    "due_on",
                    models.DateField(help_text="the day of due_at, which the queue is ordered by"),
                ),
                (
                    "clock_stopped_at",
                    models.DateTimeField(help_text="while the applicant is asked", null=True),
                ),
                ("claim_minutes", models.PositiveIntegerField(help_text="by the policy's clock")),
                ("held_until", models.DateTimeField(null=True)),
                (
                    "is_referred_up",
                    models.BooleanField(default=False, help_text="only a senior officer decides"),
                ),
            ],
            options={
                "ordering": ["due_on", "-risk", "decision_id"],
            },
        ),
        migrations.CreateModel(
            name="Referral",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("words", models.TextField()),
                ("referred_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(help_text="when it was handed back", null=True)),
            ],
            options={
                "ordering": ["-referred_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="SavedView",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=40, verbose_name="name")),
                ("filters", models.JSONField(help_text="as they stand in the queue's address")),
                ("saved_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["name", "pk"],
            },
        ),
        migrations.RemoveIndex(
            model_name="application",
            name="application_queue",
        ),
        migrations.AddIndex(
            model_name="application",
            index=models.Index(
                condition=models.Q(
                    (
                        "status__in",
                        (
                            "awaiting_officer",
                            "awaiting_signature",
                            "awaiting_information",
                            "counter_offered",
                        ),
                    )
                ),
                fields=["received_at", "id"],
                name="application_queue",
            ),
        ),
        migrations.AddField(
            model_name="practiceanswer",
            name="officer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="practice_answers",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="practiceanswer",
            name="repeats",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="repeated_by",
                to="credit.practiceanswer",
            ),
        ),
        migrations.AddField(
            model_name="practicecase",
            name="version",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="practice_cases",
                to="credit.modelversion",
            ),
        ),
        migrations.AddField(
            model_name="practiceanswer",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="answers",
                to="credit.practicecase",
            ),
        ),
        migrations.AddField(
            model_name="queueitem",
            name="held_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="held_items",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="queueitem",
            name="partner",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="credit.partner",
            ),
        ),
        migrations.AddField(
            model_name="queueitem",
            name="product",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="credit.product"
            ),
        ),
        migrations.AddField(
            model_name="referral",
            name="decision",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="referrals",
                to="credit.decision",
            ),
        ),
        migrations.AddField(
            model_name="referral",
            name="referred_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="savedview",
            name="owner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="saved_views",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="practicecase",
            constraint=models.UniqueConstraint(
                fields=("version", "row"), name="practice_case_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="practicecase",
            constraint=models.CheckConstraint(
                condition=models.Q(("pd__gte", 0), ("pd__lte", 1)),
                name="practice_case_pd_is_a_share",
            ),
        ),
        migrations.AddConstraint(
            model_name="practiceanswer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answered_at", None), ("said", None)),
                    models.Q(("answered_at__isnull", False), ("said__gte", 0), ("said__lte", 1)),
                    _connector="OR",
                ),
                name="practice_answer_whole_or_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="practiceanswer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("answered_at", None),
                    ("answered_at__gte", models.F("shown_at")),
                    _connector="OR",
                ),
                name="practice_answer_after_showing",
            ),
        ),
        migrations.AddConstraint(
            model_name="practiceanswer",
            constraint=models.UniqueConstraint(
                condition=models.Q(("answered_at", None)),
                fields=("officer",),
                name="practice_one_open_case_an_officer",
            ),
        ),
        migrations.AddIndex(
            model_name="queueitem",
            index=models.Index(
                models.F("due_on"),
                models.OrderBy(models.F("risk"), descending=True),
                models.F("decision"),
                name="queue_item_in_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="queueitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("held_by", None), ("held_until", None)),
                    models.Q(("held_by__isnull", False), ("held_until__isnull", False)),
                    _connector="OR",
                ),
                name="queue_item_held_by_somebody_until_some_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)),
                fields=("decision",),
                name="referral_one_in_force",
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(("words", ""), _negated=True), name="referral_has_words"
            ),
        ),
        migrations.AddConstraint(
            model_name="savedview",
            constraint=models.UniqueConstraint(
                fields=("owner", "name"), name="saved_view_named_once"
            ),
        ),
        migrations.CreateModel(
            name="ClockStop",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("stopped_at", models.DateTimeField()),
                ("resumed_at", models.DateTimeField(null=True)),
                (
                    "decision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="clock_stops",
                        to="credit.decision",
                    ),
                ),
            ],
            options={
                "ordering": ["stopped_at", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("resumed_at", None)),
                        fields=("decision",),
                        name="clock_stop_one_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("resumed_at", None),
                            ("resumed_at__gte", models.F("stopped_at")),
                            _connector="OR",
                        ),
                        name="clock_stop_ends_after_it_began",
                    ),
                ],
            },
        ),
        migrations.RunSQL(FOLLOW, UNFOLLOW),
        *(
            migrations.RunSQL(STAFF.format(table=table), migrations.RunSQL.noop)
            for table in ("queueitem", "referral", "clockstop")
        ),
        migrations.RunSQL(KEEP, UNKEEP),
    ]
