"""What monitoring keeps: its reports, and what hours and days came to. Nothing else."""

from monitoring.models.fairness import FairnessReport
from monitoring.models.figures import Figures

__all__ = ["FairnessReport", "Figures"]
