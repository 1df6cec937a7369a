from typing import ClassVar

from django.db import models


class MinuteCounts(models.Model):
    """What the processes of one machine had counted by some minute, from when they first did.

    Any of them may write it; the first in a minute does. They are kept for some days, until hours
    are made of them.
    """

    machine = models.CharField(max_length=100)
    minute = models.DateTimeField()
    counted_at = models.DateTimeField()
    counts = models.JSONField(help_text="as `monitoring.service.counts` reads them")

    class Meta:
        ordering: ClassVar = ["minute", "machine"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["minute", "machine"], name="minute_counts_once_a_machine"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.machine} {self.minute:%Y-%m-%d %H:%M}"


class Pulse(models.Model):
    """A sign of life of the scheduled worker, and how the service stood at that minute."""

    minute = models.DateTimeField(unique=True)
    beaten_at = models.DateTimeField()
    standing = models.JSONField(help_text="what waits and what the database does, by measure")
    levels = models.JSONField(
        null=True, help_text="budgets and usual ranges as `monitoring.service` reads them"
    )

    class Meta:
        ordering: ClassVar = ["-minute"]

    def __str__(self) -> str:
        return f"{self.minute:%Y-%m-%d %H:%M}"
