"""Further parts of a fairness report, each computed by a module of its own when one is made."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from credit.models import ModelVersion, Product
from monitoring.fairness.populations import Groups, Sample
from scoring.contract import Contract
from scoring.groups.report import FairnessReport


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What a part may be computed from. Groups are here, so only aggregates may leave it.

    Of an attribute that `found` tells nothing of, a part tells nothing either (record 39).
    """

    of: ModelVersion | Product
    contract: Contract
    population: str
    stage: str
    sample: Sample
    groups: Groups
    found: FairnessReport
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part, stored under its name in `report["sections"]`; None where there is nothing."""

    name: str
    compute: Callable[[Material], Mapping[str, Any] | None]


SECTIONS: tuple[Section, ...] = ()


def sections_of(material: Material) -> dict[str, Mapping[str, Any]]:
    """Compute every part that has something to say."""
    found = {each.name: each.compute(material) for each in SECTIONS}
    return {name: said for name, said in found.items() if said is not None}
