"""Who plays a part in what is made up: partners with keys, officers, versions in turn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import Group

from credit.actions import api_keys, stage_moves
from credit.management.made_up.spans import Span
from credit.models import ApiKey, ModelVersion, Partner, Role, User

OFFICERS, SENIORS = 40, 4  # of the officers so many sign what is above the others' authority
CHAMPIONS = 4  # in turn over the span
KEYS_LAST = timedelta(days=365)
NOTE = "Made up for a bench."


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Their primary keys; each partner's key stands at the partner's place."""

    partners: tuple[int, ...]
    keys: tuple[int, ...]
    officers: tuple[int, ...]  # seniors first
    versions: tuple[int, ...]  # who were champion, the first one first


def cast(champion: ModelVersion, partners: Sequence[Partner], span: Span, *, at: datetime) -> Cast:
    """Make who is missing."""
    return Cast(
        partners=tuple(each.pk for each in partners),
        keys=tuple(_key(each, at=at).pk for each in partners),
        officers=tuple(_officer(number).pk for number in range(OFFICERS)),
        versions=tuple(each.pk for each in _in_turn(champion, span)),
    )


def _key(partner: Partner, *, at: datetime) -> ApiKey:
    known = partner.keys.order_by("pk").first()
    if known is not None:
        return known
    return api_keys.issue(
        partner=partner.slug,
        scopes=("score", "read", "outcomes"),
        by=None,
        at=at,
        expires_at=at + KEYS_LAST,
    ).api_key


def _officer(number: int) -> User:
    made, is_new = User.objects.get_or_create(username=f"bench-officer-{number:02d}")
    if is_new:
        role = Role.SENIOR_OFFICER if number < SENIORS else Role.OFFICER
        made.groups.set(Group.objects.filter(name=role))
    return made


def _in_turn(champion: ModelVersion, span: Span) -> list[ModelVersion]:
    """Let copies of the champion follow it, each for as long: the same bundle, so the same PDs."""
    found = list(champion.product.versions.order_by("number"))
    if len(found) == 1:
        for turn in range(1, CHAMPIONS):
            begins = span.since + turn * (span.until - span.since) / CHAMPIONS
            found.append(_after(found[-1], at=begins))
    return found


def _after(before: ModelVersion, *, at: datetime) -> ModelVersion:
    made = ModelVersion.objects.get(pk=before.pk)
    made.pk, made.number, made.stage = None, before.number + 1, ModelVersion.Stage.CANDIDATE
    made.trained_at = at - timedelta(days=30)
    made.promoted_by, made.promoted_at = None, None
    made.save(force_insert=True)
    stage_moves.write_down(made, by=made.trained_by, at=made.trained_at)
    stages = ModelVersion.Stage
    stage_moves.move(before, stages.RETIRED, by=before.promoted_by, at=at, note=NOTE)
    return stage_moves.move(made, stages.CHAMPION, by=before.promoted_by, at=at, note=NOTE)
