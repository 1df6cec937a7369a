"""What a product shows of itself on Home: its model, its alerts, what waits to be done."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count, Min, Q
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from credit.alert_kinds import KINDS, Severity, causes_of, hidden_from
from credit.models import Alert, ApiKey, ModelVersion, Partner, Product, PromotionRequest
from credit.models.model_versions import Stage
from credit.models.partners import EXPIRY_WARNING
from credit.queries import notices
from credit.words import day_in_words
from monitoring.fairness.queries import StageVerdict, latest_fairness, newest_month
from monitoring.gauges import Gauge, State
from monitoring.service.wording import number, span

OLD: Final = timedelta(days=365)  # a convention: a year of the economy that a model has not seen
LATE: Final = timedelta(days=1)  # an alert that nobody took up
ON_THE_WAY: Final = (Stage.CANDIDATE, Stage.SHADOW, Stage.CANARY)
FAIRNESS: Final[dict[str, State]] = {"within bounds": "good", "outside bounds": "bad"}


def model_age(product: Product, *, at: datetime) -> Gauge:
    """Say how old the champion is, by when its loans were looked at last."""
    label, link = gettext("Model"), f"{reverse('console')}?product={product.slug}"
    champion = _champion(product)
    if champion is None:
        return Gauge(
            name="model_age",
            label=label,
            state="bad",
            value=gettext("no champion"),
            detail=gettext("Every application goes to an officer."),
            link=link,
        )
    age = at - champion.trained_at
    return Gauge(
        name="model_age",
        label=label,
        state="good" if age < OLD else "watch" if age < 2 * OLD else "bad",
        value=gettext("trained {age} ago").format(age=span(max(age, timedelta(0)))),
        detail=gettext(
            "{name}, on {day}, with {n} loans of known outcome. After a year it wants a look,"
            " whatever its figures."
        ).format(
            name=champion.name,
            day=day_in_words(champion.trained_at.date()),
            n=number(champion.snapshot.rows),
        ),
        link=link,
    )


def fairness(product: Product, *, at: datetime) -> Gauge:  # noqa: ARG001 - as every gauge
    """Give the worst verdict of the newest month's stages, else that of the champion's training."""
    label, link = gettext("Fairness"), f"{reverse('fairness')}?product={product.slug}"
    month = newest_month(product)
    if month:
        return Gauge(
            name="fairness",
            label=label,
            state=FAIRNESS.get(month[0].verdict, "unknown"),
            value=month[0].verdict,
            detail=_of_month(month),
            link=link,
        )
    champion = _champion(product)
    found = champion and latest_fairness(champion.pk)
    if not found:
        return Gauge(
            name="fairness",
            label=label,
            state="unknown",
            value=gettext("no report yet"),
            detail=gettext("Nothing can be said before one is made."),
            link=link,
        )
    return Gauge(
        name="fairness",
        label=label,
        state=FAIRNESS.get(found.verdict, "unknown"),
        value=found.verdict,
        detail=gettext("{n} people, {what}. Intervals are on the page.").format(
            n=number(found.n), what=found.population_label
        ),
        link=link,
    )


def _of_month(month: Sequence[StageVerdict]) -> str:
    """Name the worst stage with its people and its time, and how many stages are within bounds."""
    worst = month[0]
    said = gettext(
        "{stage}: {n} people who applied {first} to {last}; {within} of {all} stages are within"
        " bounds. Intervals are on the page."
    )
    return said.format(
        stage=worst.stage.label,
        n=number(worst.n),
        first=day_in_words(worst.since.date()),
        last=day_in_words(worst.last.date()),
        within=sum(FAIRNESS.get(each.verdict) == "good" for each in month),
        all=len(month),
    )


def open_alerts(product: Product, *, at: datetime) -> Gauge:
    """Count what a person must look at, of this product and of none, for who may see groups."""
    return _open(product, at=at, hidden=frozenset())


def open_alerts_but_of_groups(product: Product, *, at: datetime) -> Gauge:
    """Count them for people who may not know what is found of protected groups."""
    return _open(product, at=at, hidden=hidden_from(()))


def _open(product: Product, *, at: datetime, hidden: frozenset[str]) -> Gauge:
    of_the_past = {kind.cause for kind in KINDS.values() if not kind.is_news}
    found = (
        Alert.objects.filter(Q(product=product) | Q(product=None), resolved_at=None)
        .exclude(cause__in=hidden | of_the_past)
        .heard(at=at)
    )
    is_open = Q(acknowledged_at=None)
    summed = found.aggregate(
        n=Count("pk", filter=is_open),
        urgent=Count("pk", filter=is_open & Q(cause__in=causes_of(Severity.URGENT))),
        first=Min("first_at", filter=is_open),
        taken=Count("pk", filter=~is_open),
    )
    n, urgent, taken = summed["n"], summed["urgent"], summed["taken"]
    age = at - summed["first"] if n else timedelta(0)
    return Gauge(
        name="alerts",
        label=gettext("Alerts"),
        state="bad" if urgent or age > LATE else "watch" if n or taken else "good",
        value=ngettext("{n} open", "{n} open", n).format(n=number(n)),
        detail=_of_alerts(n, urgent=urgent, taken=taken, age=age),
        link=reverse("alerts"),
    )


def _of_alerts(n: int, *, urgent: int, taken: int, age: timedelta) -> str:
    """Say how urgent what is open is, for how long it has been, and what somebody sees to."""
    said = []
    if urgent:
        said.append(ngettext("{n} is urgent.", "{n} are urgent.", urgent).format(n=number(urgent)))
    if n:
        said.append(gettext("The oldest for {span}.").format(span=span(age)))
    if taken:
        words = ngettext("{n} more is acknowledged.", "{n} more are acknowledged.", taken)
        said.append(words.format(n=number(taken)))
    return " ".join(said) or gettext("Nothing asks for a person now.")


def candidates(product: Product, *, at: datetime) -> Gauge:  # noqa: ARG001 - as every gauge
    """Count the versions on their way into service, and the requests that wait for an answer."""
    n = ModelVersion.objects.filter(product=product, stage__in=ON_THE_WAY).count()
    asked = PromotionRequest.objects.filter(
        product=product, state=PromotionRequest.State.OPEN
    ).count()
    return Gauge(
        name="candidates",
        label=gettext("Candidates"),
        state="watch" if asked else "good",
        value=ngettext("{n} version", "{n} versions", n).format(n=number(n)),
        detail=ngettext(
            "{n} request waits for a second person.",
            "{n} requests wait for a second person.",
            asked,
        ).format(n=number(asked)),
        link=reverse("promotions"),
    )


def notices_due(product: Product, *, at: datetime) -> Gauge:
    """Say how many notices of a product are owed, and when the first is due."""
    owed = notices.counts(product=product.slug)
    rows = notices.due(at=at, products=[product], limit=1) if owed.due else []
    days = rows[0].days_left if rows else None
    state: State = "good" if days is None or days > 3 else "watch" if days >= 0 else "bad"
    first = (
        gettext("Of this product none is due.")
        if days is None
        else gettext("The first of this product is due on {day}.").format(
            day=day_in_words(rows[0].due_on)
        )
    )
    failed = gettext("{n} could not be proved.").format(n=number(owed.failed))
    return Gauge(
        name="notices",
        label=gettext("Notices"),
        state="bad" if owed.failed else state,
        value=gettext("{n} due").format(n=_up_to(owed.due)),
        detail=f"{first} {failed}" if owed.failed else first,
        link=f"{reverse('notices')}?product={product.slug}",
    )


def _up_to(n: int) -> str:
    return f"{number(n)}+" if n >= notices.MOST_COUNTED else number(n)


def partners(_product: Product, *, at: datetime) -> Gauge:
    """Count partners in use, and their keys that end soon without a successor."""
    n = Partner.objects.filter(is_active=True).count()
    soon = ApiKey.objects.filter(
        expires_at__gt=at,
        expires_at__lte=at + EXPIRY_WARNING,
        revoked_at=None,
        replaced_by=None,
        partner__is_active=True,
    ).count()
    return Gauge(
        name="partners",
        label=gettext("Partners"),
        state="watch" if soon else "good",
        value=ngettext("{n} active", "{n} active", n).format(n=number(n)),
        detail=ngettext(
            "{n} key expires within {days} days and has no successor.",
            "{n} keys expire within {days} days and have no successor.",
            soon,
        ).format(n=number(soon), days=number(EXPIRY_WARNING.days)),
        link=reverse("admin:credit_apikey_changelist"),
    )


def _champion(product: Product) -> ModelVersion | None:
    versions = ModelVersion.objects.select_related("product", "snapshot")
    return versions.filter(product=product, stage=Stage.CHAMPION).first()
