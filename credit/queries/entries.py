"""What somebody who types an application in is asked about."""

from collections.abc import Mapping
from datetime import datetime

from credit import serving
from credit.models import Product
from credit.serving import ModelUnavailable, Terms
from scoring.features import Value
from scoring.unlikely import Unlikely, unlikely


def products(*, at: datetime) -> list[Product]:
    """List the products that take applications now."""
    found = Product.objects.filter(policies__in_force_from__lte=at).distinct()
    return list(found.order_by("name", "slug"))


def questions(terms: Terms, values: Mapping[str, Value]) -> tuple[Unlikely, ...]:
    """Find the values that the champion hardly ever saw; none where it cannot be loaded."""
    try:
        engine = serving.champion_of(terms).engine
    except ModelUnavailable:
        return ()
    return unlikely(terms.contract, values, engine.bundle.manifest.get("features") or {})
