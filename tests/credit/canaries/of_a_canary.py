"""When a canary began, and an application whose reference says who scores it."""

from datetime import timedelta

import factories

AT = factories.AT
T0 = AT - timedelta(days=1)


def decide(reference, at=AT, **changes):
    return factories.decide(at=at, reference=reference, **changes).answer
