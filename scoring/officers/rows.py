"""What officers decided, as columns, and what in it goes against the recommendation."""

from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

APPROVE, REFER, DECLINE = 0, 1, 2  # as recommended
AMOUNTS = 4  # quarters of the amounts asked for


@dataclass(frozen=True, kw_only=True)  # without slots, for what is worked out once
class Decided:
    """Officers' decisions in the order of time; each array has an entry a decision."""

    officer: Ints
    day: Ints  # ordinal, local
    minute: Ints  # of the local day
    recommended: Ints  # APPROVE, REFER or DECLINE
    band: Ints  # of the score; any code
    approved: Flags  # got what was asked, or an offer where a decline was recommended
    pd: Floats  # NaN where no model scored it
    amount: Floats
    bad: Floats  # 1 or 0 once matured; NaN before, and always of what was declined
    seconds: Floats  # in the officer's hands; NaN where it was not taken from the queue

    @property
    def n(self) -> int:
        """How many decisions there are."""
        return int(self.officer.size)

    @cached_property
    def people(self) -> tuple[int, ...]:
        """Who decided anything, in the order of their numbers."""
        return tuple(np.unique(self.officer).tolist())

    @cached_property
    def low_side(self) -> Flags:
        """Lent to, as asked or on other terms, although recommended to decline."""
        found: Flags = (self.recommended == DECLINE) & self.approved
        return found

    @cached_property
    def high_side(self) -> Flags:
        """Not granted as asked though recommended to approve: declined, or offered other terms."""
        found: Flags = (self.recommended == APPROVE) & ~self.approved
        return found

    @cached_property
    def overridden(self) -> Flags:
        """Against the recommendation, either way; a referral recommends neither."""
        return self.low_side | self.high_side

    @cached_property
    def agreed(self) -> Flags:
        """Approved as recommended or after a referral, and of known outcome."""
        found: Flags = self.approved & ~self.overridden & ~np.isnan(self.bad)
        return found

    @cached_property
    def strata(self) -> Ints:
        """Recommendation and band: within these, officers are compared."""
        return self.band * 3 + self.recommended

    @cached_property
    def alike(self) -> Ints:
        """Band and quarter of the amount: within these, outcomes are compared."""
        if not self.n:
            return self.band
        inner = np.quantile(self.amount, np.arange(1, AMOUNTS) / AMOUNTS)
        return self.band * AMOUNTS + np.searchsorted(inner, self.amount, side="left")

    def only(self, chosen: Flags) -> Self:
        """Keep some of them."""
        kept = {each.name: getattr(self, each.name)[chosen] for each in fields(self)}
        return replace(self, **kept)


def apart(*codes: Ints) -> Ints:
    """Give one code to each combination of codes, in the order of the first, the second and so on.

    Examples
    --------
    >>> apart(np.array([5, 5, 2]), np.array([1, 0, 9])).tolist()
    [2, 1, 0]
    """
    found = np.zeros_like(codes[0])
    for each in codes if found.size else ():
        place = each - each.min()  # counted up by each code, no number outgrows what holds it
        _, found = np.unique(found * (place.max() + 1) + place, return_inverse=True)
    return found.astype(np.int64)
