"""What becomes of each application: drawn with a seed, a column at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from credit.considering import Considered
from credit.management.made_up import ends, verdicts
from credit.management.made_up.casts import Cast
from credit.management.made_up.columns import only
from credit.management.made_up.scenes import Scene
from credit.management.made_up.spans import ONE_IN, OWED, WAITS, Span, id_of
from scoring.contract import Contract

Array = NDArray[Any]
Columns = dict[str, Any]
DRIFTS_FROM = 0.75  # of the span: from there on riskier people come
CORRECTED = 400  # one in so many is put right: the one after it is the correction
GROUP_KNOWN, RAREST = 0.92, 0.002  # shares: of applicants, and of an attribute's last group
MS = timedelta(milliseconds=1)
_SAID = {"approve": verdicts.APPROVE, "refer": verdicts.REFER, "decline": verdicts.DECLINE}


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """What fates hang on, of each of the people considered, the safest first."""

    pd: Array
    said: Array  # what was recommended, as a number
    automatic: Array  # what policy decided by itself; "" where a person has to
    amount: Array
    term: Array

    @classmethod
    def of(cls, people: Sequence[Considered]) -> "People":
        """Lay them out in columns."""
        verdict = [each.verdict for each in people]
        asked = [each.application.requested for each in people]
        return cls(
            pd=np.array([each.figures["pd"] for each in people]),
            said=np.array([_SAID[each["recommendation"]] for each in verdict]),
            automatic=np.array([each["automatic"] for each in verdict]),
            amount=np.array([float(each.amount) for each in asked]),
            term=np.array([each.term_months or 0 for each in asked]),
        )

    @property
    def for_a_person(self) -> Array:
        """The places of those whom no policy decided by itself."""
        return np.flatnonzero(self.automatic == "")


def drawn(scene: Scene, *, at_once: int) -> Iterator[pl.DataFrame]:
    """Draw the rows of a span in their order, so many at once."""
    people, contract, cast, span = People.of(scene.people), scene.contract, scene.cast, scene.span
    last = int(span.until.timestamp() * 1000)
    window = contract.outcome.window_months
    for begin in range(0, span.rows, at_once):
        rng = np.random.default_rng([7, span.first + begin])
        nth = np.arange(begin, min(begin + at_once, span.rows))
        came = _came(nth, people, cast, span, rng)
        came |= verdicts.given(came, contract, cast, last=last, rng=rng)
        came |= ends.found(came, cast, last=last, rng=rng)
        came |= ends.outcomes(came, window=window, last=last, rng=rng)
        yield pl.DataFrame(came | _groups(came, contract, rng))


def _came(nth: Array, people: People, cast: Cast, span: Span, rng: np.random.Generator) -> Columns:
    """Say who came when, and whom policy decided."""
    number = span.first + nth
    early = number < span.waiting * ONE_IN
    waits, owed = (early & (number % ONE_IN == which) for which in (WAITS, OWED))
    corrects = (number % CORRECTED == 0) & ~early & (nth > nth[0] + ONE_IN)
    superseded = np.append(corrects[1:], [False])
    place = _places(nth / span.rows, len(people.pd), rng)
    by_hand = waits | owed | corrects | superseded
    place[by_hand] = rng.choice(people.for_a_person, int(by_hand.sum()))
    partner = number % len(cast.partners)
    partner[corrects] = partner[superseded]
    since = int(span.since.timestamp() * 1000)
    at = (since + nth * (span.step / MS)).astype(np.int64)
    received = at.copy()
    received[corrects] = at[superseded]  # it has waited since it first came
    turn = (nth * len(cast.versions) // span.rows).astype(np.int64)
    return {
        "number": number,
        "named": number - corrects,  # as the one that it corrects
        "id": [id_of(*each) for each in zip(at.tolist(), number.tolist(), strict=True)],
        "at": at,
        "received_at": received,
        "place": place,
        "partner": np.array(cast.partners)[partner],
        "key": np.array(cast.keys)[partner],
        "version": np.array(cast.versions)[turn],
        "pd": people.pd[place],
        "said": people.said[place],
        "automatic": people.automatic[place],
        "amount": people.amount[place],
        "term": people.term[place],
        "waits": waits,
        "owed": owed,
        "corrects": corrects,
        "superseded": superseded,
    }


def _places(share: Array, n: int, rng: np.random.Generator) -> Array:
    """Draw people, the riskier ones more often towards the end."""
    power = 1 - 1.2 * np.clip(share - DRIFTS_FROM, 0, None)
    return (n * rng.random(len(share)) ** power).astype(np.int64)


def _groups(came: Columns, contract: Contract, rng: np.random.Generator) -> Columns:
    """Draw each applicant's groups; of each attribute one group is a little riskier."""
    found: Columns = {}
    for attribute in contract.assessable:
        values = np.array([each.value for each in attribute.groups])
        shares = np.array([0.5**place for place in range(len(values))])
        shares[-1] = RAREST if len(values) > 2 else shares[-1]
        u = rng.random(len(came["pd"])) ** (1 - 0.3 * came["pd"])
        which = np.searchsorted(np.cumsum(shares / shares.sum()), u).clip(0, len(values) - 1)
        which[came["corrects"]] = which[came["superseded"]]
        known = rng.random(len(which)) < GROUP_KNOWN
        known[came["corrects"]] = known[came["superseded"]]
        found[f"group_{attribute.name}"] = only(known, values[which])
    return found
