"""What an officer wants to see of the queue: one vocabulary for pages, saved views and taking."""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from decimal import Decimal as Money

from django.contrib.postgres.search import SearchQuery, SearchVectorField
from django.db.models import F, Func, Q, TextChoices
from django.utils.translation import gettext_lazy as _

from credit.ids import LENGTH
from credit.models import Applicant, QueueItem, User
from credit.models.queue import QueueItemQuerySet


class State(TextChoices):
    """Who has to do something."""

    OFFICER = "", _("Needs an officer")
    REFERRED_UP = "referred_up", _("Referred up")
    SIGNATURE = "signature", _("Needs a second signature")
    APPLICANT = "applicant", _("Waits for the applicant")


class Due(TextChoices):
    """When it has to be decided."""

    ANY = "", _("Any time")
    LATE = "late", _("Late")
    TODAY = "today", _("Today or late")
    WEEK = "week", _("Within 7 days")


class Holder(TextChoices):
    """In whose hands it is."""

    ANYBODY = "", _("Anybody or nobody")
    MINE = "mine", _("Me")
    FREE = "free", _("Nobody")
    TEAM = "team", _("Colleagues")


MOST_NAMED = 500  # the newest of a common name: more words find fewer
_ID = re.compile(r"[0-9A-Z]{6,26}", re.ASCII)
_OF_STATE = {
    State.OFFICER: Q(needs_officer=True),
    State.REFERRED_UP: Q(needs_officer=True, is_referred_up=True),
    State.SIGNATURE: Q(needs_officer=True, status="awaiting_signature"),
    State.APPLICANT: Q(needs_officer=False),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The filters in force; what is empty filters nothing."""

    product: str = ""
    band: str = ""
    partner: str = ""
    amount_from: Money | None = None
    amount_to: Money | None = None
    older_than: int | None = None  # days since receipt
    due: str = ""
    holder: str = ""
    state: str = ""
    q: str = ""

    @property
    def is_everything(self) -> bool:
        """Whether nothing is filtered out of what needs an officer."""
        return self == Wanted()

    @property
    def is_mine_alone(self) -> bool:
        """Whether only what one holds is asked for."""
        return self == Wanted(holder="mine")

    @property
    def is_narrowed(self) -> bool:
        """Whether one of the filters that are usually folded away is in force."""
        kept = Wanted(q=self.q, state=self.state, holder=self.holder, due=self.due)
        return self != kept

    @property
    def stated(self) -> dict[str, str]:
        """What stands in an address or a saved view."""
        return {name: str(value) for name, value in asdict(self).items() if value not in ("", None)}


def apply(
    wanted: Wanted, *, viewer: User, at: datetime, called: Sequence[str] | None = None
) -> QueueItemQuerySet:
    """Find what an officer wants to see; `called` is what `named` found, where that is known."""
    found = QueueItem.objects.filter(
        _terms(wanted), _times(wanted, at), _OF_STATE[State(wanted.state)]
    )
    if wanted.q:
        found = found.filter(_found_by(wanted.q, named(wanted.q) if called is None else called))
    return _in_hands(found, wanted.holder, viewer=viewer, at=at)


def _terms(wanted: Wanted) -> Q:
    terms = Q()
    if wanted.product:
        terms &= Q(product__slug=wanted.product)
    if wanted.band:
        terms &= Q(band=wanted.band)
    if wanted.partner:
        terms &= Q(partner__slug=wanted.partner)
    if wanted.amount_from is not None:
        terms &= Q(amount__gte=wanted.amount_from)
    if wanted.amount_to is not None:
        terms &= Q(amount__lte=wanted.amount_to)
    return terms


def _times(wanted: Wanted, at: datetime) -> Q:
    terms = Q(received_at__lte=at)
    if wanted.older_than is not None:
        terms &= Q(received_at__lte=at - timedelta(days=wanted.older_than))
    if wanted.due == Due.LATE:
        terms &= Q(due_at__lt=at)
    elif wanted.due == Due.TODAY:
        terms &= Q(due_on__lte=at.date())
    elif wanted.due == Due.WEEK:
        terms &= Q(due_on__lte=at.date() + timedelta(days=7))
    return terms


def named(words: str) -> list[str]:
    """Find applications by beginnings of the words of a name, the newest at most."""
    asked = " & ".join(f"{word}:*" for word in re.findall(r"\w+", words))
    if not asked:
        return []
    # As the index says it (migration 0016): another spelling would read every name.
    of_name = Func(
        F("name"),
        function="to_tsvector",
        template="%(function)s('simple', %(expressions)s)",
        output_field=SearchVectorField(),
    )
    query = SearchQuery(asked, config="simple", search_type="raw")
    found = Applicant.objects.annotate(of_name=of_name).filter(of_name=query)
    return list(found.order_by("-pk").values_list("pk", flat=True)[:MOST_NAMED])


def _found_by(words: str, called: Sequence[str]) -> Q:
    """Find by any part of the reference, by a name, or by the beginning of an id."""
    found, begins = Q(reference__icontains=words) | Q(decision__in=called), words.upper()
    if _ID.fullmatch(begins):  # as bounds: every collation orders these characters alike
        found |= Q(decision__gte=begins, decision__lte=begins.ljust(LENGTH, "Z"))
    return found


def _in_hands(
    found: QueueItemQuerySet, holder: str, *, viewer: User, at: datetime
) -> QueueItemQuerySet:
    if holder == Holder.MINE:
        return found.held(at).filter(held_by=viewer)
    if holder == Holder.FREE:
        return found.free(at)
    if holder == Holder.TEAM:
        return found.held(at).exclude(held_by=viewer)
    return found
