from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from credit.models import Product


class MirrorQuerySet(models.QuerySet["OfficerMirror"]):
    """Mirrors; a team's stands with those of its officers, of the same month."""

    def shared(self, at: datetime) -> "MirrorQuerySet":
        """Keep what others than the officers may see by now."""
        return self.filter(shared_from__lte=at)


class OfficerMirror(models.Model):
    """What twelve months of an officer's decisions came to, or of a product's whole team.

    Made once, when the last of the months is over: of two counts of one month the difference could
    give away who belongs to a group. A trigger refuses changes, but to `told_at`.
    """

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    month = models.DateField(help_text="the first day of the last of the twelve months, UTC")
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="empty: the team",
    )
    figures = models.JSONField(
        help_text="as scoring.officers.mirror has them; groups coarse, or not told"
    )
    look = models.JSONField(
        default=dict, help_text="of the team: {asked, differs: [{question, officer}]}"
    )
    computed_at = models.DateTimeField()
    shared_from = models.DateTimeField(help_text="until then it is the officers' own alone")
    told_at = models.DateTimeField(
        null=True, help_text="of the team: when it was told as a finding"
    )

    objects = MirrorQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-month", "officer", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["product", "month", "officer"],
                nulls_distinct=False,
                name="officer_mirror_once_a_month",
            ),
            models.CheckConstraint(
                condition=Q(shared_from__gt=F("computed_at")),
                name="officer_mirror_ones_own_first",
            ),
            models.CheckConstraint(
                condition=Q(officer=None) | Q(told_at=None, look={}),
                name="officer_mirror_team_is_told",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} {self.month:%Y-%m}: {self.officer_id or 'team'}"
