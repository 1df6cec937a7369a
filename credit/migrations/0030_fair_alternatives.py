"""Searches for less discriminatory alternatives, what was decided of them, and recipes."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TABLES = ("fairsearch", "fairdecision")
# Written once, and no partner's to see: it is about every applicant of a product.
GUARDS = "".join(
    f"""
    CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON credit_{table}
        FOR EACH STATEMENT EXECUTE FUNCTION credit_refuse_change();
    REVOKE UPDATE, DELETE ON credit_{table} FROM evenhand_app;
    ALTER TABLE credit_{table} ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own_partner ON credit_{table}
        USING (coalesce(current_setting('app.partner', true), '') = '');
    """
    for table in TABLES
)
TRIGGERS = [
    ("request", "On request"),
    ("schedule", "On schedule"),
    ("drift", "Drift"),
    ("new_labels", "New outcomes"),
    ("fairer", "Alternative taken"),
]


def _key() -> models.BigAutoField:
    return models.BigAutoField(
        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
    )


def _protected(to: str, related_name: str, **more: object) -> models.ForeignKey:
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT, to=to, related_name=related_name, **more
    )


class Migration(migrations.Migration):
    dependencies = [
        ("credit", "0029_alerts"),
    ]

    operations = [
        migrations.AddField(
            "trainingrun",
            "recipe",
            models.JSONField(
                blank=True,
                db_default={},
                default=dict,
                help_text="what departs from the contract, as scoring.candidates.recipes writes it",
            ),
        ),
        migrations.AlterField(
            "trainingrun",
            "trigger",
            models.CharField(choices=TRIGGERS, default="request", max_length=10),
        ),
        migrations.CreateModel(
            name="FairSearch",
            fields=[
                ("id", _key()),
                ("made_at", models.DateTimeField()),
                ("seed", models.PositiveBigIntegerField()),
                ("tries", models.PositiveSmallIntegerField(help_text="that were asked for")),
                (
                    "seconds",
                    models.PositiveIntegerField(help_text="after which no other was begun"),
                ),
                (
                    "found",
                    models.JSONField(
                        help_text="as scoring.training.fair_search writes it", null=True
                    ),
                ),
                ("problem", models.TextField(blank=True, help_text="why there is nothing")),
                (
                    "asked_by",
                    _protected(
                        settings.AUTH_USER_MODEL,
                        "+",
                        help_text="null: the worker, after a training",
                        null=True,
                    ),
                ),
                ("version", _protected("credit.modelversion", "searches")),
            ],
            options={
                "ordering": ["-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("found__isnull", True),
                                models.Q(("problem", ""), _negated=True),
                            ),
                            models.Q(("found__isnull", False), ("problem", "")),
                            _connector="OR",
                        ),
                        name="fair_search_found_or_problem",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FairDecision",
            fields=[
                ("id", _key()),
                (
                    "key",
                    models.CharField(
                        blank=True, help_text="of its recipe; empty: of them all", max_length=12
                    ),
                ),
                ("is_taken", models.BooleanField()),
                ("words", models.TextField()),
                ("at", models.DateTimeField()),
                ("by", _protected(settings.AUTH_USER_MODEL, "+")),
                (
                    "run",
                    models.OneToOneField(
                        help_text="the training that was asked for with its recipe",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="fair_decision",
                        to="credit.trainingrun",
                    ),
                ),
                ("search", _protected("credit.fairsearch", "decisions")),
            ],
            options={
                "ordering": ["-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_taken", True)),
                        fields=("search", "key"),
                        name="fair_decision_taken_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("words", ""), _negated=True),
                        name="fair_decision_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("is_taken", True),
                                ("run__isnull", False),
                                models.Q(("key", ""), _negated=True),
                            ),
                            models.Q(("is_taken", False), ("run", None)),
                            _connector="OR",
                        ),
                        name="fair_decision_taken_is_trained",
                    ),
                ],
            },
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
    ]
