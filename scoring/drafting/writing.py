"""The text of a drafted contract: TOML with the evidence in comments."""

from collections.abc import Iterator

from scoring.drafting.codes import is_quantity
from scoring.drafting.facts import Facts
from scoring.drafting.judge import Judged
from scoring.drafting.names import AMOUNTS, OTHER_AMOUNTS, TERMS, suggests
from scoring.drafting.units import unit_of
from scoring.drafting.writing_features import feature
from scoring.drafting.writing_head import head
from scoring.drafting.writing_tail import tail
from scoring.drafting.writing_years import years_to_finish
from scoring.drafting.years import Span, span_of
from scoring.plurals import counted


def write(facts: Facts, judged: list[Judged]) -> tuple[str, list[str], int]:
    """Write the contract; list what is to finish; count the features."""
    amount = _named(judged, AMOUNTS, but=OTHER_AMOUNTS)
    term = _named([one for one in judged if _is_in_months(one)], TERMS)
    names: set[str] = set()
    asked = [one for one in (amount, term) if one is not None]
    others = [one for one in judged if one.part == "feature" and one not in asked]
    blocks = []
    for number, one in enumerate([*asked, *others], start=1):
        same_as = "requested.amount" if one is amount else None
        same_as = "requested.term_months" if one is term else same_as
        blocks.append(feature(one, number, names, same_as))
    span = span_of(judged)
    above = "\n".join(head(facts, judged, span, amount, term))
    below = "\n".join(tail(judged, names))
    return (
        f"{above}\n{''.join(blocks)}\n{below}\n",
        list(_to_finish(facts, judged, span, amount)),
        len(blocks),
    )


def _named(
    judged: list[Judged], stems: tuple[str, ...], *, but: tuple[str, ...] = ()
) -> Judged | None:
    """Find the feature whose name has the earliest of the stems, and none of the others."""
    found = [
        one
        for stem in stems
        for one in judged
        if one.part == "feature"
        and is_quantity(one.column)
        and suggests(one.column.name, (stem,))
        and not suggests(one.column.name, but)
        and float(one.column.numbers.max() or 0) > 0  # type: ignore[arg-type]
    ]
    return found[0] if found else None


def _is_in_months(one: Judged) -> bool:
    """Whether a term may be in months: nothing says that it is in days or years."""
    return is_quantity(one.column) and unit_of(one.column) in {None, "months"}


def _to_finish(
    facts: Facts, judged: list[Judged], span: Span | None, amount: Judged | None
) -> Iterator[str]:
    yield f"Which outcomes are bad: {', '.join(facts.bad)} ({counted(facts.bad_count, 'row')})?"
    yield from years_to_finish(span)
    for one in judged:
        if one.part in {"banned", "outcome_known_on"}:
            yield f"{one.column.name} is kept out: it {one.why}."
    for one in judged:
        if one.part == "protected":
            yield f"{one.column.name}: {one.why}. What do its groups mean?"
    if amount is None:
        yield "Which column is the amount asked for? None looks like one."
    yield "The economics: margin, loss given default, cost of a review; then the cut-offs."
    yield "The performance window and when an outcome counts as known."
    yield "Labels, reason texts, directions of risk, and what an applicant can change."
