"""What a person must look at, as far as it is theirs to see."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, F, When

from credit.alert_kinds import (
    SEVERITY_WORDS,
    TABLE,
    Kind,
    Severity,
    causes_of,
    hidden_from,
    kind_of,
)
from credit.models import Alert, AlertCase, AlertSilence, User
from credit.models.alerts import AlertQuerySet

_URGENCY = Case(
    *(When(cause__in=sorted(causes_of(each)), then=place) for place, each in enumerate(Severity)),
    default=list(Severity).index(Severity.SOON),  # as `kind_of` has it of what nobody knows
)
STATES = ("unresolved", "open", "acknowledged", "silenced", "resolved", "all")


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRow:
    """One alert, and how far somebody has seen to it."""

    id: int
    cause: str
    kind: Kind
    state: str
    state_label: str
    product_slug: str
    product_name: str
    segment: str
    message: str
    n: int | None
    link: str
    version_id: int | None  # of the model that it was last about
    version_name: str
    owner: str
    times: int
    first_at: datetime
    last_at: datetime
    cleared_at: datetime | None
    silenced_until: datetime | None
    taken_by: str
    resolved_at: datetime | None
    has_open_case: bool

    @property
    def severity(self) -> str:
        """How soon a person is needed, in words."""
        return str(SEVERITY_WORDS[self.kind.severity])

    @property
    def is_urgent(self) -> bool:
        """Whether it is not over, nobody silenced it, and applicants feel it now."""
        is_quiet = self.resolved_at is not None or self.silenced_until is not None
        return self.kind.severity is Severity.URGENT and not is_quiet


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRow:
    """Something that was done about an alert; by nobody where it happened by itself."""

    kind: str
    label: str
    words: str
    about: str
    until: datetime | None
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """What was decided, once it was."""

    opened_at: datetime
    decision_label: str
    words: str
    closed_at: datetime | None
    closed_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceRow:
    """A silence that holds."""

    id: int
    cause: str
    kind: Kind
    product_name: str
    segment: str
    until: datetime
    why: str
    by: str
    is_theirs: bool  # who looks at it may end it


@dataclass(frozen=True, slots=True, kw_only=True)
class TellingRow:
    """To how many an alert was told by one channel, and how many wait or failed."""

    channel: str
    sent: int
    waiting: int
    failed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertPage:
    """Everything about one alert."""

    row: AlertRow
    steps: list[StepRow]
    case: CaseRow | None
    silence: SilenceRow | None
    tellings: list[TellingRow]
    handlers: list[tuple[str, str]]  # user name, name: who may be given it


def listed(
    *,
    roles: Iterable[str],
    at: datetime,
    state: str = "unresolved",
    product: str = "",
    cause: str = "",
    owner: str = "",
    page: str = "",
    limit: int = 200,
) -> list[AlertRow]:
    """List alerts, those not resolved first: of them the most urgent, then the newest.

    `page` is the path of the page that they lead to.
    """
    found = _seen_by(roles)
    if product:
        found = found.filter(product__slug=product)
    if cause:
        found = found.filter(cause=cause)
    if owner:
        found = found.filter(owner=owner)
    if page:
        found = found.filter(link__startswith=page)
    ordered = _in_state(found, state, at=at).order_by(
        F("resolved_at").desc(nulls_first=True), _URGENCY, "-last_at", "-pk"
    )
    alerts = list(ordered[:limit])
    running = list(AlertSilence.objects.running(at=at)) if alerts else []
    ends = {_key(each): each.until for each in running}
    return [_row(alert, ends) for alert in alerts]


def counts(*, roles: Iterable[str], at: datetime) -> dict[str, int]:
    """Count the alerts that are not over, by what was done about them."""
    found = _seen_by(roles)
    return {
        state: _in_state(found, state, at=at).count()
        for state in ("open", "acknowledged", "silenced")
    }


def news_of(user: User, *, at: datetime) -> int:
    """Count what is open for a person's own roles: a look at one small index, if at any."""
    own = sorted(user.roles & set(owners()))
    return Alert.objects.news().filter(owner__in=own).heard(at=at).count() if own else 0


def page(alert_id: int, *, roles: Iterable[str], at: datetime) -> AlertPage:
    """Give everything about an alert; one that is not theirs to see does not exist."""
    alert = _seen_by(roles).get(pk=alert_id)
    silence = next((each for each in _running(at) if _key(each) == _key(alert)), None)
    ends = {_key(silence): silence.until} if silence else {}
    steps = alert.steps.select_related("by", "about").order_by("at", "pk")
    case = AlertCase.objects.select_related("closed_by").filter(alert=alert).first()
    return AlertPage(
        row=_row(alert, ends),
        steps=[_step(each) for each in steps],
        case=_case(case) if case else None,
        silence=_silence(silence, roles) if silence else None,
        tellings=_tellings(alert),
        handlers=_handlers(alert),
    )


def silences(*, roles: Iterable[str], at: datetime) -> list[SilenceRow]:
    """List the silences that hold, the one that ends first above."""
    hidden = hidden_from(roles)
    return [_silence(each, roles) for each in _running(at) if each.cause not in hidden]


def causes_and_products(*, roles: Iterable[str]) -> tuple[list[str], list[tuple[str, str]]]:
    """Name what alerts there are of, for the filters."""
    found = _seen_by(roles).order_by()
    products = found.exclude(product=None).values_list("product__slug", "product__name")
    return (
        sorted(found.values_list("cause", flat=True).distinct()),
        sorted(products.distinct()),
    )


def _seen_by(roles: Iterable[str]) -> AlertQuerySet:
    hidden = sorted(hidden_from(roles))
    return Alert.objects.exclude(cause__in=hidden).select_related(
        "product", "version__product", "taken_by", "case", "resolved_by"
    )


def _in_state(found: AlertQuerySet, state: str, *, at: datetime) -> AlertQuerySet:
    if state == "open":
        return found.news().heard(at=at)
    if state == "acknowledged":
        return found.unresolved().exclude(acknowledged_at=None).heard(at=at)
    if state == "silenced":
        return found.unresolved().silenced(at=at)
    if state == "resolved":
        return found.exclude(resolved_at=None)
    return found.unresolved().heard(at=at) if state == "unresolved" else found


def _key(of: Alert | AlertSilence) -> tuple[str, int | None, str]:
    return (of.cause, of.product_id, of.segment)


def _running(at: datetime) -> list[AlertSilence]:
    found = AlertSilence.objects.running(at=at).select_related("product", "by")
    return list(found.order_by("until", "pk"))


def _row(alert: Alert, ends: dict[tuple[str, int | None, str], datetime]) -> AlertRow:
    case = getattr(alert, "case", None)
    return AlertRow(
        id=alert.pk,
        cause=alert.cause,
        kind=kind_of(alert.cause),
        state=alert.state.value,
        state_label=str(alert.state.label),
        product_slug=alert.product.slug if alert.product else "",
        product_name=alert.product.name if alert.product else "",
        segment=alert.segment,
        message=alert.message,
        n=alert.n,
        link=alert.link or kind_of(alert.cause).page,
        version_id=alert.version_id,
        version_name=alert.version.name if alert.version else "",
        owner=alert.owner,
        times=alert.times,
        first_at=alert.first_at,
        last_at=alert.last_at,
        cleared_at=alert.cleared_at,
        silenced_until=None if alert.resolved_at else ends.get(_key(alert)),
        taken_by=_name(alert.taken_by),
        resolved_at=alert.resolved_at,
        has_open_case=case is not None and case.closed_at is None,
    )


def _step(step: Any) -> StepRow:
    return StepRow(
        kind=step.kind,
        label=step.get_kind_display(),
        words=step.words,
        about=_name(step.about),
        until=step.until,
        by=_name(step.by),
        at=step.at,
    )


def _case(case: AlertCase) -> CaseRow:
    return CaseRow(
        opened_at=case.opened_at,
        decision_label=case.get_decision_display(),
        words=case.words,
        closed_at=case.closed_at,
        closed_by=_name(case.closed_by),
    )


def _silence(silence: AlertSilence, roles: Iterable[str]) -> SilenceRow:
    kind = kind_of(silence.cause)
    return SilenceRow(
        id=silence.pk,
        cause=silence.cause,
        kind=kind,
        product_name=silence.product.name if silence.product else "",
        segment=silence.segment,
        until=silence.until,
        why=silence.why,
        by=_name(silence.by),
        is_theirs=bool(set(roles) & set(kind.handled_by)),
    )


def _tellings(alert: Alert) -> list[TellingRow]:
    rows = list(alert.deliveries.all())
    of_channel = {
        "mail": [each for each in rows if each.user_id is not None],
        "webhook": [each for each in rows if each.user_id is None],
    }
    return [
        TellingRow(
            channel=channel,
            sent=sum(each.state == "sent" for each in those),
            waiting=sum(each.state == "pending" for each in those),
            failed=sum(each.state == "failed" for each in those),
        )
        for channel, those in of_channel.items()
        if those
    ]


def _handlers(alert: Alert) -> list[tuple[str, str]]:
    roles = [role.value for role in kind_of(alert.cause).handled_by]
    people = User.objects.filter(groups__name__in=roles, is_active=True).distinct()
    return [(each.get_username(), each.known_as) for each in people.order_by("username")]


def _name(user: User | None) -> str:
    return user.known_as if user else ""


def owners() -> list[str]:
    """Name the roles that own alerts."""
    return sorted({kind.owner.value for kind in TABLE})
