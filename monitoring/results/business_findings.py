"""Which of a product's figures are off target, for the list of alerts.

For the worker: what takes findings up brings the training room along.
"""

from datetime import date, datetime

from django.utils.translation import override

from credit.models import Product
from monitoring.findings import Finding
from monitoring.results import figures_in_words as words
from monitoring.results.business_checks import address, is_off, period
from monitoring.results.business_figures import Figure, figures
from monitoring.results.business_words import label_of
from scoring.results.criteria import Standing

CAUSE = "business_off_target"


def findings(product: Product, *, at: datetime) -> list[Finding]:
    """Tell of each target whether the whole interval of its figure is beyond the tolerance.

    The interval is a 95 % one, so of a figure that truly is at the edge of its tolerance at most
    one look in forty alarms; of one that is at its target far fewer, and the fewer the larger n.
    """
    with override("en"):  # what is stored is translated when it is shown
        return [
            Finding(
                cause=CAUSE,
                product=product,
                segment=f"figure:{figure.name}",
                is_bad=is_off(figure),
                message=_sentence(product, figure),
                n=figure.value.n if figure.value else None,
                link=address(product),
            )
            for figure in figures(product, at=at)
            if figure.standing not in {None, Standing.UNKNOWN}  # silence is no good news
        ]


def _sentence(product: Product, figure: Figure) -> str:
    """Say what was found, what was wanted, and since when."""
    target = figure.target
    if target is None or figure.value is None:
        return f"{product.name}: {label_of(figure.name)}: nothing to judge in {period(figure)}."
    found = words.with_interval(figure.value, figure.unit)
    wanted = words.written(target.target, figure.unit)
    tolerance = words.written(target.tolerance, figure.unit)
    was_set = _set(target.set_at.date(), before=target.is_set_before)
    return (
        f"{product.name}: {label_of(figure.name)}: {found}, {period(figure)}; the target is"
        f" {wanted}, give or take {tolerance}, {was_set}."
    )


def _set(on: date, *, before: bool) -> str:
    when = words.days(on, on)
    return f"set before go-live on {when}" if before else f"set after go-live on {when}"
