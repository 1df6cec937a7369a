"""`[policy.authority]` of a contract: read, and held against the rest of it."""

from collections.abc import Iterator

from scoring.contracts.tables import Table
from scoring.contracts.terms import Authority, Policy, Requested
from scoring.contracts.words import Problem, twice

VERDICTS = ("approve", "decline", "counter_offer")  # what an officer may decide
_YEAR = 366


def read_authority(table: Table) -> Authority:
    """Read what an officer may decide alone."""
    return Authority(
        sign_above_amount=table.maybe_money("sign_above_amount"),
        sign_above_pd=table.maybe_number("sign_above_pd", low=0, high=1),
        sign_overrides=table.texts("sign_overrides", default=()),
        offer_share_at_least=table.number("offer_share_at_least", low=0, high=1, default=0.25),
        offer_share_at_most=table.number("offer_share_at_most", low=0, high=2, default=1.0),
        offer_term_change_at_most=table.whole_or(
            "offer_term_change_at_most", low=0, high=600, default=24
        ),
        offer_days=table.whole_or("offer_days", low=1, high=_YEAR, default=30),
        undo_minutes=table.whole_or("undo_minutes", low=0, high=24 * 60, default=10),
    )


def authority_problems(policy: Policy, requested: Requested, *, path: str) -> Iterator[Problem]:
    """Check what takes more than one key to see."""
    said = policy.authority
    if said.sign_above_amount is not None and said.sign_above_amount < 0:
        yield f"{path}.sign_above_amount", "must not be negative"
    if said.offer_share_at_least > said.offer_share_at_most:
        yield f"{path}.offer_share_at_least", "must not be above offer_share_at_most"
    if said.offer_share_at_most * float(requested.amount_maximum) < float(requested.amount_minimum):
        yield f"{path}.offer_share_at_most", "leaves no amount within requested.amount"
    yield from verdict_problems(said.sign_overrides, path=f"{path}.sign_overrides")


def verdict_problems(verdicts: tuple[str, ...], *, path: str) -> Iterator[Problem]:
    """Find what is no verdict, or named twice."""
    for verdict in verdicts:
        if verdict not in VERDICTS:
            yield path, f"{verdict!r} is none of: {', '.join(VERDICTS)}"
    for verdict in twice(verdicts):
        yield path, f"{verdict!r} stands twice"
