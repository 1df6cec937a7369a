"""All that rows are made up of: who applies, who decides, by which contract, and how long."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from credit import serving
from credit.considering import Considered
from credit.management.made_up import casts, people
from credit.management.made_up.casts import Cast
from credit.management.made_up.people import PEOPLE
from credit.management.made_up.spans import Span
from credit.models import Partner
from scoring.contract import Contract


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What `tables.write` needs."""

    people: Sequence[Considered]
    contract: Contract
    cast: Cast
    span: Span


def scene(
    slug: str, partners: Sequence[Partner], span: Span, *, at: datetime, n: int = PEOPLE
) -> Scene:
    """Have a product's champion consider so many people, and make the others who are missing."""
    champion = serving.champion(slug, at=at)
    return Scene(
        people=people.considered(champion.terms, champion.version, at=at, people=n),
        contract=champion.terms.contract,
        cast=casts.cast(champion.version, partners, span, at=at),
        span=span,
    )
