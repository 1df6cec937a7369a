"""Views of the queue that an officer saved under a name."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from credit.actions import audit
from credit.actions.refusals import ActionDenied, require_role
from credit.models import AuditEvent, Role, SavedView, User
from credit.queue_filters import Wanted

MOST = 20  # what is more cannot be looked through


class TooManyViews(ActionDenied):
    """The officer has as many views as fit."""


class NothingToSave(ActionDenied):
    """Without a filter there is nothing to save: it is the queue itself."""


@transaction.atomic
def save(*, name: str, wanted: Wanted, by: User, at: datetime) -> SavedView:
    """Save filters under a name; the same name again takes the first one's place."""
    require_role(by, Role.OFFICER, Role.SENIOR_OFFICER, to="save a view of the queue")
    if wanted.is_everything:
        raise NothingToSave(_("Choose a filter first: without one this is the whole queue."))
    others = SavedView.objects.filter(owner=by).exclude(name=name)
    if others.count() >= MOST:
        raise TooManyViews(_("You have %d saved views. Remove one first.") % MOST)
    view, _is_new = SavedView.objects.update_or_create(
        owner=by, name=name, defaults={"filters": wanted.stated, "saved_at": at}
    )
    _tell(AuditEvent.Type.VIEW_SAVED, view, by=by, at=at)
    return view


@transaction.atomic
def remove(*, view_id: int, by: User, at: datetime) -> None:
    """Remove a view of one's own. Raises `SavedView.DoesNotExist`."""
    view = SavedView.objects.get(pk=view_id, owner=by)
    _tell(AuditEvent.Type.VIEW_REMOVED, view, by=by, at=at)
    view.delete()


def _tell(kind: AuditEvent.Type, view: SavedView, *, by: User, at: datetime) -> None:
    audit.record(kind, target=f"view:{view.pk}", by=by, at=at)
