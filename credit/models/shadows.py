from typing import ClassVar

from django.db import models
from django.db.models import Q

from credit.models.decisions import Decision
from credit.models.model_versions import ModelVersion


class ShadowScore(models.Model):
    """What a version in shadow would have said of an application, had it been the champion.

    Nobody was answered by it. Some are missing: those that were dropped while the server was busy.
    """

    pk = models.CompositePrimaryKey("version_id", "decision_id")
    version = models.ForeignKey(
        ModelVersion, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    decision = models.ForeignKey(
        Decision, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    pd = models.FloatField()
    score = models.IntegerField()
    band = models.CharField(max_length=10)
    recommendation = models.CharField(max_length=10, choices=Decision.Recommendation)
    at = models.DateTimeField(help_text="when the application was decided")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(pd__gte=0, pd__lte=1), name="shadow_score_pd"),
        ]

    def __str__(self) -> str:
        return f"{self.decision_id} by {self.version_id}"
