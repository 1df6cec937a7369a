"""A key that was issued: found as a request finds it, and replaced."""

from datetime import timedelta

from factories import AT

from credit import access
from credit.actions import api_keys

DAY = timedelta(days=1)


def find(issued, at=AT):
    return access.find(issued.key, at=at)


def rotated(issued, overlap=7 * DAY, **more):
    return api_keys.rotate(
        key_id=issued.api_key.pk, overlap=overlap, **{"by": None, "at": AT, **more}
    )
