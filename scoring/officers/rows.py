"""What officers decided, as columns, and what in it goes against the recommendation."""

from dataclasses import dataclass, fields, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

APPROVE, REFER, DECLINE = 0, 1, 2  # as recommended
AMOUNTS = 4  # quarters of the amounts asked for


@dataclass(frozen=True, slots=True, kw_only=True)
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

    @property
    def low_side(self) -> Flags:
        """Lent to, as asked or on other terms, although recommended to decline."""
        found: Flags = (self.recommended == DECLINE) & self.approved
        return found

    @property
    def high_side(self) -> Flags:
        """Not granted as asked though recommended to approve: declined, or offered other terms."""
        found: Flags = (self.recommended == APPROVE) & ~self.approved
        return found

    @property
    def overridden(self) -> Flags:
        """Against the recommendation, either way; a referral recommends neither."""
        return self.low_side | self.high_side

    @property
    def strata(self) -> Ints:
        """Recommendation and band: within these, officers are compared."""
        return self.band * 3 + self.recommended

    @property
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
    """Give one code to each combination of codes."""
    if not codes[0].size:
        return codes[0]
    _, found = np.unique(np.stack(codes), axis=1, return_inverse=True)
    return found.astype(np.int64).ravel()
