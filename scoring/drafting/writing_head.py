"""The head of a drafted contract: the product, its columns, its file and its outcome."""

from collections.abc import Iterator

from scoring.drafting.codes import ways_to_write
from scoring.drafting.facts import Facts
from scoring.drafting.forms import other_reading
from scoring.drafting.judge import Judged
from scoring.drafting.ranges import bounds
from scoring.drafting.units import TIMES, unit_in
from scoring.drafting.writing_policy import money
from scoring.drafting.writing_words import quoted, shown
from scoring.drafting.writing_years import scope
from scoring.drafting.years import Span


def head(
    facts: Facts,
    judged: list[Judged],
    span: Span | None,
    amount: Judged | None,
    term: Judged | None,
) -> Iterator[str]:
    """Write all that stands before the features."""
    looked = f"{facts.looked_at:,} of {facts.rows:,} rows, evenly spread"
    yield f"# Drafted from {facts.file} ({looked}). Every guess has its evidence beside it."
    yield "# Lines with FINISH need a person who knows the product; the rest is worth a look.\n"
    yield f"format = 1\nslug = {quoted(facts.slug)}"
    yield f"name = {quoted(facts.name)}  # FINISH: as people say it"
    yield f"currency = {quoted(facts.currency)}\njurisdictions = [{quoted(facts.jurisdiction)}]"
    note = quoted(f"Drafted from {facts.file}.")
    yield f"source_note = {note}  # FINISH: where the data comes from\n"
    yield from _columns(judged)
    yield from _ingestion(facts, span)
    yield from _outcome(facts)
    low, high = bounds(amount.column) if amount else (1, 1_000_000)
    low = max(low, 1)
    note = f"from {amount.column.name}" if amount else "FINISH: no column looks like an amount"
    least, most = quoted(shown(low)), quoted(shown(high))
    yield f"[requested]\namount = {{ minimum = {least}, maximum = {most} }}  # {note}"
    if term:
        shortest, longest = bounds(term.column)
        yield f"term_months = {{ minimum = {max(int(shortest), 1)}, maximum = {int(longest)} }}"
    yield from money(facts)


def _columns(judged: list[Judged]) -> Iterator[str]:
    yield "[columns]"
    formats: list[str] = []
    for part in ("id", "applied_on", "outcome_known_on"):
        for one in judged:
            if one.part == part:
                yield f"{part} = {quoted(one.column.name)}  # {one.why}; {one.evidence[0]}"
                formats += [form for form in one.column.date_formats if part != "id"]
    if formats:
        yield f"date_format = [{', '.join(map(quoted, dict.fromkeys(formats)))}]"
        yield from _day_or_month(judged)
    yield ""


def _day_or_month(judged: list[Judged]) -> Iterator[str]:
    """Say where every date reads with day and month changed too."""
    for one in judged:
        other = other_reading(one.column.counts, one.column.date_formats)
        if other and one.part in {"applied_on", "outcome_known_on"}:
            name = one.column.name
            yield f"# FINISH: {name} reads as {other} too: is the day first or the month?"


def _ingestion(facts: Facts, span: Span | None) -> Iterator[str]:
    yield "[ingestion]\nmax_rejected_share = 0.05"
    if facts.encoding not in {"", "utf-8"}:
        yield f"encoding = {quoted(facts.encoding)}  # as detected"
    if facts.delimiter not in {"", ","}:
        yield f"delimiter = {quoted(facts.delimiter)}  # as detected"
    decimal, thousands = facts.numbers
    if decimal != ".":
        yield f"decimal_separator = {quoted(decimal)}  # most numbers with a comma read so"
    if thousands:
        yield f"thousands_separator = {quoted(thousands)}"
    if facts.signs:
        yield f"number_signs = [{', '.join(map(quoted, facts.signs))}]  # stand around numbers"
        if len({unit_in([sign]) for sign in facts.signs} & set(TIMES)) > 1:
            yield "# several units of time are taken off: one column must not mix them"
    yield from scope(span)
    yield ""


def _outcome(facts: Facts) -> Iterator[str]:
    n = facts.bad_count + facts.good_count
    yield "[outcome]"
    yield f"column = {quoted(facts.outcome)}"
    bad = ", ".join(map(quoted, ways_to_write(facts.bad)))
    yield (
        f"bad = [{bad}]  # FINISH: are these the bad ones? "
        f"{facts.bad_count:,} of {n:,} rows ({facts.bad_count / max(n, 1):.1%})"
    )
    yield f"good = [{', '.join(map(quoted, ways_to_write(facts.good)))}]"
    neither = [*facts.other, *([""] if facts.has_blank else [])]
    if neither:
        yield f"indeterminate = [{', '.join(map(quoted, neither))}]  # neither good nor bad"
    if facts.is_decision:
        yield 'meaning = "decline"  # the outcome is a lender\'s decision, not a repayment'
        yield 'word = "probability of being declined"'
    else:
        yield 'meaning = "default"\nword = "probability of default"'
    yield "window_months = 12  # FINISH: how long an outcome is awaited"
    yield 'maturity = "FINISH: say when an outcome counts as known."\n'
