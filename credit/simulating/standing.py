"""Whether a run may begin or go on: never over anybody's real decisions."""

from datetime import timedelta

from credit.actions.refusals import ActionDenied
from credit.models import Application, Product
from credit.simulating import journal
from credit.simulating.asked import OFFICERS, RECEIVED, Asked
from credit.simulating.journal import Journal
from credit.simulating.people import PARTNER
from scoring.plurals import counted


class RealDecisions(ActionDenied):
    """Somebody really decided applications of this product in these days."""


class ProductInUse(ActionDenied):
    """The product was brought live by other means."""


class AnotherRun(ActionDenied):
    """A run with other settings was begun here."""


class NothingToReplay(ActionDenied):
    """There are no loans in these days, or the days are none."""


def stand(asked: Asked) -> Journal:
    """Find the run that goes on, or begin one; refuse where the rows would get mixed."""
    if asked.end < asked.start:
        raise NothingToReplay(f"{asked.end} is before {asked.start}.")
    product = Product.objects.filter(slug=asked.product).first()
    if product is not None:
        _check_alone(product, asked)
    begun = begun_here(asked.product)
    if begun is None:
        _check_unused(product)
        return journal.begin(asked)
    if begun.asked != asked.facts:
        changed = [name for name, value in asked.facts.items() if begun.asked.get(name) != value]
        raise AnotherRun(
            f"A run of {asked.product} with other settings was begun here, until "
            f"{begun.done_until or 'its onboarding'}; what differs: {', '.join(changed)}. Use the "
            "settings it had, or a database and var folder of its own."
        )
    return begun


def begun_here(product: str) -> Journal | None:
    """Find the run that was begun; a journal without its product is of another database."""
    return journal.read(product) if Product.objects.filter(slug=product).exists() else None


def _check_alone(product: Product, asked: Asked) -> None:
    first, last = asked.at(asked.start, RECEIVED), asked.at(asked.end, OFFICERS)
    others = product.applications.exclude(partner__slug=PARTNER).filter(
        received_at__gte=first - timedelta(days=1), received_at__lte=last + timedelta(days=1)
    )
    count = others.count()
    if count:
        raise RealDecisions(
            f"{product.name} has {counted(count, 'decision')} of others from {first:%Y-%m-%d} to "
            f"{last:%Y-%m-%d}. Replayed ones would get mixed with them: use another database."
        )


def _check_unused(product: Product | None) -> None:
    if product is None:
        return
    if product.versions.exists() or Application.objects.filter(product=product).exists():
        raise ProductInUse(
            f"{product.name} is in use already, and its models know what came later. The time "
            "machine onboards the product itself: use a database without it."
        )
