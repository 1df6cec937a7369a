"""The tail of a drafted contract: protected, banned, left out, officers' reasons."""

from collections.abc import Iterator

from scoring.drafting.codes import all_codes
from scoring.drafting.judge import Judged
from scoring.drafting.names import slug_of
from scoring.drafting.profile import FEWEST_SHOWN
from scoring.drafting.writing_words import quoted, unique, value_of


def tail(judged: list[Judged], names: set[str]) -> Iterator[str]:
    """Write all that stands after the features, whose names are taken."""
    yield "# ------------------------------------- protected, banned, and what was left out\n"
    for one in judged:
        if one.part == "protected":
            yield from _protected(one, names)
    barred = [one for one in judged if one.part in {"protected", "banned"}]
    for one in barred:
        why = quoted(f"{one.why[:1].upper()}{one.why[1:]}.")
        yield f"[[banned]]  # {'; '.join(one.evidence)}"
        yield f"column = {quoted(one.column.name)}\nwhy = {why}\n"
    for one in judged:
        if one.part == "left out":
            yield f"# left out: {one.column.name} {one.why} ({'; '.join(one.evidence)})"
    yield "\n# Who writes to applicants; without it no notice leaves. FINISH: name and address."
    yield '# [notices]\n# creditor = "A Bank"\n# address = "1 Street\\n12345 Town"'
    yield "\n# An officer's own reasons. FINISH: as your officers would say them.\n"
    for code, label, verdict in (
        ("OFF01", "Income or savings verified that the application does not show", "approve"),
        ("OFF02", "Known customer who has paid reliably", "approve"),
        ("OFF03", "Income is not enough for the instalment", "decline"),
        ("OFF04", "Information could not be verified", "decline"),
    ):
        yield f'[[officer_reasons]]\ncode = "{code}"\nlabel = "{label}"'
        yield f'verdicts = ["{verdict}", "counter_offer"]\n'


def _protected(one: Judged, names: set[str]) -> Iterator[str]:
    column = one.column
    yield f"[[protected]]  # {one.why}"
    yield f"name = {quoted(unique(_attribute(one), names))}"
    yield f"label = {quoted(column.name)}\nsource = {quoted(column.name)}"
    codes = [code for code in all_codes(column) if code.rows >= FEWEST_SHOWN]
    if one.attribute == "age" and column.is_numeric and len(column.counts) > 10:
        yield 'assessable = true\nreference = "25_to_61"\ngroups = ['
        yield '  { value = "under_25", label = "under 25", maximum = 24 },'
        yield '  { value = "25_to_61", label = "25 to 61", minimum = 25, maximum = 61 },'
        yield '  { value = "62_and_over", label = "62 and over", minimum = 62 },\n]\n'
    elif 2 <= len(codes) <= 12:
        taken: set[str] = set()
        values = [quoted(value_of(code.text, taken)) for code in codes]
        yield "assessable = true"
        yield f"reference = {values[0]}  # FINISH: the largest group"
        yield "groups = [  # FINISH: say what the codes mean"
        for value, code in zip(values, codes, strict=True):
            source = ", ".join(map(quoted, code.source))
            yield f"  {{ value = {value}, label = {quoted(code.text)}, source = [{source}] }},"
        yield "]\n"
    else:
        yield 'assessable = false\nwhy_not = "FINISH: its values are too many to be groups."\n'


def _attribute(one: Judged) -> str:
    name = slug_of(one.column.name)
    return f"{name}_group" if one.attribute == "age" else name
