from django.db import models

from credit.models import ModelVersion


class DriftReference(models.Model):
    """What the loans were like that a version learned from, in counts. Made once, never changes."""

    model_version = models.OneToOneField(
        ModelVersion, primary_key=True, on_delete=models.PROTECT, related_name="drift_reference"
    )
    counts = models.JSONField(
        help_text="rows by cell, as scoring.populations.drift_cells counts them"
    )
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"of {self.model_version_id}"
