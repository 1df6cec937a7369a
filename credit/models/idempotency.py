from typing import ClassVar

from django.db import models

from credit.models.partners import Partner


class IdempotencyRecord(models.Model):
    """An answer already given, to be given again to the same key and body."""

    partner = models.ForeignKey(  # held by the application or file of its transaction
        Partner, on_delete=models.CASCADE, db_index=False, db_constraint=False
    )
    endpoint = models.CharField(max_length=50)
    key = models.CharField(max_length=255)
    body_sha256 = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.TextField(help_text="JSON, to the letter as it was given")
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["partner", "endpoint", "key"], name="idempotency_record_once"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["created_at"], name="idempotency_by_age")]

    def __str__(self) -> str:
        return self.key
