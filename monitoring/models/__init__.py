"""What monitoring keeps: its reports, and what minutes, hours and days came to. Nothing else."""

from monitoring.models.fairness import FairnessReport
from monitoring.models.figures import Figures
from monitoring.models.service import MinuteCounts, Pulse

__all__ = ["FairnessReport", "Figures", "MinuteCounts", "Pulse"]
