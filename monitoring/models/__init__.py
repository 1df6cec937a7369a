"""What monitoring keeps: its reports, and what minutes, hours and days came to. Nothing else."""

from monitoring.models.drift import DriftReference
from monitoring.models.fairness import FairnessReport
from monitoring.models.figures import Figures
from monitoring.models.gaps import GapReport
from monitoring.models.mirror import OfficerMirror
from monitoring.models.service import MinuteCounts, Pulse
from monitoring.models.vintages import CountedVintage

__all__ = [
    "CountedVintage",
    "DriftReference",
    "FairnessReport",
    "Figures",
    "GapReport",
    "MinuteCounts",
    "OfficerMirror",
    "Pulse",
]
