from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from credit.models.model_versions import ModelVersion, TrainingRun


class FairSearch(models.Model):
    """A search for less discriminatory alternatives to a version, and what it found. Append-only.

    Figures of groups in it are aggregates, none of fewer people than the contract's minimum.
    """

    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="searches")
    made_at = models.DateTimeField()
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="null: the worker, after a training",
    )
    seed = models.PositiveBigIntegerField()
    tries = models.PositiveSmallIntegerField(help_text="that were asked for")
    seconds = models.PositiveIntegerField(help_text="after which no other was begun")
    found = models.JSONField(null=True, help_text="as scoring.training.fair_search writes it")
    problem = models.TextField(blank=True, help_text="why there is nothing")

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(found__isnull=True) & ~Q(problem="")
                | Q(found__isnull=False, problem=""),
                name="fair_search_found_or_problem",
            ),
        ]

    def __str__(self) -> str:
        return f"search {self.pk} of {self.version}"


class FairDecision(models.Model):
    """That an alternative was taken or not, and why, in words. Append-only; the last one counts."""

    search = models.ForeignKey(FairSearch, on_delete=models.PROTECT, related_name="decisions")
    key = models.CharField(max_length=12, blank=True, help_text="of its recipe; empty: of them all")
    is_taken = models.BooleanField()
    words = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    run = models.OneToOneField(
        TrainingRun,
        null=True,
        on_delete=models.PROTECT,
        related_name="fair_decision",
        help_text="the training that was asked for with its recipe",
    )

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["search", "key"],
                condition=Q(is_taken=True),
                name="fair_decision_taken_once",
            ),
            models.CheckConstraint(condition=~Q(words=""), name="fair_decision_says_why"),
            models.CheckConstraint(
                condition=Q(is_taken=True, run__isnull=False) & ~Q(key="")
                | Q(is_taken=False, run=None),
                name="fair_decision_taken_is_trained",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key or 'all'} of search {self.search_id}"
