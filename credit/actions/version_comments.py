"""Challenges to a version: while one is open, nobody takes the version into service."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext

from credit.actions import audit
from credit.actions.refusals import ActionDenied, NotAllowed, require_role
from credit.models import AuditEvent, ModelVersion, Role, User, VersionComment


class WordsMissing(ActionDenied):
    """A comment, and what resolves it, are told in words."""


class ResolvedAlready(ActionDenied):
    """Somebody resolved it before."""


class NotTheirs(NotAllowed):
    """Who trained a version does not resolve what is said against it."""


@transaction.atomic
def add(*, version_id: int, words: str, by: User, at: datetime) -> VersionComment:
    """Say something against a version that must be resolved before it serves."""
    require_role(by, Role.MODEL_DEVELOPER, Role.MODEL_VALIDATOR, to="comment on a model")
    said = _checked(words)
    version = ModelVersion.objects.select_related("product").get(pk=version_id)
    made = VersionComment.objects.create(version=version, words=said, by=by, at=at)
    audit.record(
        AuditEvent.Type.MODEL_COMMENTED,
        target=f"model:{version.name}",
        by=by,
        at=at,
        comment=made.pk,
        words=said,
    )
    return made


@transaction.atomic
def resolve(*, comment_id: int, resolution: str, by: User, at: datetime) -> VersionComment:
    """Say how a comment was resolved."""
    require_role(by, Role.MODEL_VALIDATOR, to="resolve a comment on a model")
    said = _checked(resolution)
    comment = (
        VersionComment.objects.select_for_update(of=("self",))
        .select_related("version__product")
        .get(pk=comment_id)
    )
    if comment.version.is_work_of(by):
        raise NotTheirs(gettext("Someone other than the trainer says that a comment is resolved."))
    if comment.resolved_at is not None:
        raise ResolvedAlready(gettext("This comment is resolved already."))
    comment.resolution, comment.resolved_by, comment.resolved_at = said, by, at
    comment.save(update_fields=["resolution", "resolved_by", "resolved_at"])
    audit.record(
        AuditEvent.Type.MODEL_COMMENT_RESOLVED,
        target=f"model:{comment.version.name}",
        by=by,
        at=at,
        comment=comment.pk,
        words=said,
    )
    return comment


def _checked(words: str) -> str:
    said = words.strip()
    if not said:
        raise WordsMissing(gettext("Say it in a sentence."))
    return said
