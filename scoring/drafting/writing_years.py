"""What a draft says of the years of a file, and which of them it proposes to leave out."""

from collections.abc import Iterator

from scoring.drafting.profile import FEWEST_SHOWN
from scoring.drafting.years import Break, Span


def scope(span: Span | None) -> Iterator[str]:
    """Write the bad rate by year and the days proposed, in comments; nothing where all is even."""
    if span is None or not (span.older or span.newer):
        return
    yield f"# Bad rate by year of application, of years with {FEWEST_SHOWN} rows and more:"
    for year in span.years:
        if year.rows >= FEWEST_SHOWN:
            yield f"#   {year.year}: {year.bads / year.rows:.1%} of {year.rows:,} rows"
    if span.older:
        yield f"# FINISH: {_older(span.older)} Take the # off if they are a selection:"
        yield f'# applied_from = "{span.older.day}"'
    if span.newer:
        yield f"# FINISH: {_newer(span.newer)} Take the # off if their outcomes are still open:"
        yield f'# applied_until = "{span.newer.day}"'
    if span.delays:
        half, most, last = span.delays
        yield (
            f"# Half of the bad were known {half:,} days after the application, nine in ten after "
            f"{most:,}; the last became known on {last}."
        )


def years_to_finish(span: Span | None) -> Iterator[str]:
    """List what a person must decide about the years."""
    if span and span.older:
        yield f"{_older(span.older)} Are they a selection (ingestion.applied_from)?"
    if span and span.newer:
        yield f"{_newer(span.newer)} Are they too young (ingestion.applied_until)?"


def _older(one: Break) -> str:
    return (
        f"Of applications before {one.day.year} {one.outside:.1%} are bad, of those of the next "
        f"years {one.inside:.1%}."
    )


def _newer(one: Break) -> str:
    return (
        f"Of applications after {one.day.year} {one.outside:.1%} are bad, of those of the years "
        f"before {one.inside:.1%}."
    )
