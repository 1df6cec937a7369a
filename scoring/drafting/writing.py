"""The text of a drafted contract: TOML with the evidence in comments."""

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from scoring.drafting.judge import Judged
from scoring.drafting.names import AMOUNTS, TERMS, UNITS, slug_of, suggests, words_of
from scoring.drafting.profile import FEWEST_SHOWN, MOST_CODES, Column

RARE = 0.002  # share of rows; rarer codes go to the rest
FEW_VALUES = 3  # a whole number of so many values is a code
LGD, MARGIN = 0.5, 0.1
RESERVED = {"row", "bad", "applied_on", "outcome_known_on", "pd", "margin", "points", "reasons"}
RESERVED |= {"base_points"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of the file as a whole."""

    file: str
    rows: int
    looked_at: int
    encoding: str
    delimiter: str
    outcome: str
    bad: tuple[str, ...]
    good: tuple[str, ...]
    has_blank: bool
    other: tuple[str, ...]
    bad_count: int
    good_count: int
    is_decision: bool
    numbers: tuple[str, str | None]
    signs: tuple[str, ...]  # around numbers
    slug: str
    name: str
    currency: str
    jurisdiction: str


def write(facts: Facts, judged: list[Judged]) -> tuple[str, list[str], int]:
    """Write the contract; list what is to finish; count the features."""
    amount = _first(judged, AMOUNTS)
    term = _first(judged, TERMS)
    names: set[str] = set()
    asked = [one for one in (amount, term) if one is not None]
    others = [one for one in judged if one.part == "feature" and one not in asked]
    blocks = []
    for number, one in enumerate([*asked, *others], start=1):
        same_as = "requested.amount" if one is amount else None
        same_as = "requested.term_months" if one is term else same_as
        text = _feature(one, number, names, same_as)
        if text is None:
            one.part, one.why = "left out", "has too many values to be a category"
        else:
            blocks.append(text)
    head = "\n".join(_head(facts, judged, amount, term))
    tail = "\n".join(_tail(judged))
    return (
        f"{head}\n{''.join(blocks)}\n{tail}\n",
        list(_to_finish(facts, judged, amount)),
        len(blocks),
    )


def _first(judged: list[Judged], stems: tuple[str, ...]) -> Judged | None:
    return next(
        (
            one
            for one in judged
            if one.part == "feature"
            and one.column.is_numeric
            and len(one.column.counts) > FEW_VALUES
            and suggests(one.column.name, stems)
            and float(one.column.numbers.max() or 0) > 0  # type: ignore[arg-type]
        ),
        None,
    )


def _head(
    facts: Facts, judged: list[Judged], amount: Judged | None, term: Judged | None
) -> Iterator[str]:
    looked = f"{facts.looked_at:,} of {facts.rows:,} rows, evenly spread"
    yield f"# Drafted from {facts.file} ({looked}). Every guess has its evidence beside it."
    yield "# Lines with FINISH need a person who knows the product; the rest is worth a look.\n"
    yield f"format = 1\nslug = {_q(facts.slug)}"
    yield f"name = {_q(facts.name)}  # FINISH: as people say it"
    yield f"currency = {_q(facts.currency)}\njurisdictions = [{_q(facts.jurisdiction)}]"
    note = _q(f"Drafted from {facts.file}.")
    yield f"source_note = {note}  # FINISH: where the data comes from\n"
    yield from _columns(judged)
    yield from _ingestion(facts)
    yield from _outcome(facts)
    low, high = _bounds(amount.column) if amount else (1, 1_000_000)
    low = max(low, 1)
    note = f"from {amount.column.name}" if amount else "FINISH: no column looks like an amount"
    yield f"[requested]\namount = {{ minimum = {_q(_n(low))}, maximum = {_q(_n(high))} }}  # {note}"
    if term:
        shortest, longest = _bounds(term.column)
        yield f"term_months = {{ minimum = {max(int(shortest), 1)}, maximum = {int(longest)} }}"
    yield from _money(facts)


def _columns(judged: list[Judged]) -> Iterator[str]:
    yield "[columns]"
    formats: list[str] = []
    for part in ("id", "applied_on", "outcome_known_on"):
        for one in judged:
            if one.part == part:
                yield f"{part} = {_q(one.column.name)}  # {one.why}; {one.evidence[0]}"
                formats += [form for form in one.column.date_formats if part != "id"]
    if formats:
        yield f"date_format = [{', '.join(map(_q, dict.fromkeys(formats)))}]"
    yield ""


def _ingestion(facts: Facts) -> Iterator[str]:
    yield "[ingestion]\nmax_rejected_share = 0.05"
    if facts.encoding not in {"", "utf-8"}:
        yield f"encoding = {_q(facts.encoding)}  # as detected"
    if facts.delimiter not in {"", ","}:
        yield f"delimiter = {_q(facts.delimiter)}  # as detected"
    decimal, thousands = facts.numbers
    if decimal != ".":
        yield f"decimal_separator = {_q(decimal)}  # most numbers with a comma read so"
    if thousands:
        yield f"thousands_separator = {_q(thousands)}"
    if facts.signs:
        yield f"number_signs = [{', '.join(map(_q, facts.signs))}]  # stand around numbers"
    yield ""


def _outcome(facts: Facts) -> Iterator[str]:
    n = facts.bad_count + facts.good_count
    yield "[outcome]"
    yield f"column = {_q(facts.outcome)}"
    yield (
        f"bad = [{', '.join(map(_q, facts.bad))}]  # FINISH: are these the bad ones? "
        f"{facts.bad_count:,} of {n:,} rows ({facts.bad_count / max(n, 1):.1%})"
    )
    yield f"good = [{', '.join(map(_q, facts.good))}]"
    neither = [*facts.other, *([""] if facts.has_blank else [])]
    if neither:
        yield f"indeterminate = [{', '.join(map(_q, neither))}]  # neither good nor bad"
    if facts.is_decision:
        yield 'meaning = "decline"  # the outcome is a lender\'s decision, not a repayment'
        yield 'word = "probability of being declined"'
    else:
        yield 'meaning = "default"\nword = "probability of default"'
    yield "window_months = 12  # FINISH: how long an outcome is awaited"
    yield 'maturity = "FINISH: say when an outcome counts as known."\n'


def _money(facts: Facts) -> Iterator[str]:
    even = MARGIN / (MARGIN + LGD)
    yield f"\n[economics]  # FINISH: it breaks even at margin / (margin + loss): {even:.4f}"
    yield f'loss_given_default = {LGD}\nmargin = {MARGIN}\nreview_cost = "25"\n'
    yield "[scale]\nbase_points = 600\nbase_odds = 50\npoints_to_double_odds = 20\n"
    approve, decline = round(even, 3), round(min(2.5 * even, 0.9), 3)
    edges = [("A", approve / 2), ("B", approve), ("C", (approve + decline) / 2), ("D", decline)]
    for name, edge in [*edges, ("E", 1.0)]:
        yield f'[[bands]]\nname = "{name}"\npd_below = {round(edge, 4)}\n'
    yield "[policy]  # FINISH: approve up to break-even, decline above two and a half times that"
    yield f"approve_pd_at_most = {approve}\ndecline_pd_at_least = {decline}\n"
    yield "[fairness]\nminimum_air = 0.8\nminimum_group = 30\nblocks_promotion = false\n"
    n = facts.rows
    rounds, depth = (150, 3) if n < 2_500 else (300, 4)
    fewest = max(10, min(100, facts.bad_count // 2))
    yield f"[training]\nseed = 42\nrounds = {rounds}\nmax_depth = {depth}\nlearning_rate = 0.05"
    yield "subsample = 0.8\ncolsample = 0.8\nmin_child_weight = 5\nfolds = 5"
    yield f"repeats = {5 if n < 50_000 else 1}\nminimum_bads = {fewest}\n"
    yield "# -------------------------------------------------------------------- features\n"


def _feature(one: Judged, number: int, names: set[str], same_as: str | None) -> str | None:
    column = one.column
    body = list(_numeric(column) if _is_number(column) or same_as else _category(column))
    if not body:
        return None
    label = " ".join(words_of(column.name)).capitalize() or column.name
    lines = [
        f"\n[[features]]  # {'; '.join(one.evidence)}",
        f"name = {_q(_unique(slug_of(column.name), names))}",
        f"label = {_q(label)}  # FINISH: as the applicant would say it",
        *body,
        f"source = {_q(column.name)}",
    ]
    if same_as:
        lines.append(f"same_as = {_q(same_as)}")
    lines += _missing(column, label)
    lines.append("actionable = false  # can the applicant do something about it?")
    lines.append(f'code = "F{number:03}"')
    lines.append(f'adverse_text = "{_plain(label)} ({{value}}) raises the risk"')
    lines.append(f'favourable_text = "{_plain(label)} ({{value}}) lowers the risk"')
    return "\n".join(lines) + "\n"


def _is_number(column: Column) -> bool:
    return column.is_numeric and not (column.is_whole and len(column.counts) <= FEW_VALUES)


def _numeric(column: Column) -> Iterator[str]:
    low, high = _bounds(column)
    yield f'kind = "{"integer" if column.is_whole else "decimal"}"'
    unit = next((UNITS[word] for word in words_of(column.name) if word in UNITS), None)
    unit = unit or next((u for stem, u in UNITS.items() if suggests(column.name, (stem,))), None)
    if unit:
        yield f"unit = {_q(unit)}"
    known = column.numbers.filter(~column.numbers.is_in(list(column.sentinels))).drop_nulls()
    middle = ", ".join(_n(float(known.quantile(share) or 0)) for share in (0.05, 0.5, 0.95))
    yield f"minimum = {_n(low)}  # 5 %, half and 95 % of the rows are below {middle}"
    yield f"maximum = {_n(high)}"
    trend = _trend(column)
    if trend:
        yield f'# direction = "{trend}"  # the bad rate of its tenths moves that way only'


def _category(column: Column) -> Iterator[str]:
    stated = {
        code: count for code, count in column.counts.items() if code not in column.words_for_missing
    }
    common = [code for code, count in stated.items() if count >= max(RARE * column.n, FEWEST_SHOWN)]
    if len(common) > MOST_CODES or not common or (len(stated) > MOST_CODES and len(common) < 2):
        return
    has_rest = len(common) < len(stated) or len(common) == 1
    yield 'kind = "category"'
    if _is_ranked(common):
        yield '# encoding = "ordinal"  # the codes look like steps of one thing, in this order'
    yield "categories = ["
    taken: set[str] = set()
    for code in sorted(common, key=_by_number):
        rate = column.bad_rate(code)
        value = _unique(slug_of(code, longest=50).removeprefix("c_") or "empty", taken)
        share = "" if rate is None else f", bad rate {rate:.1%}"
        yield (
            f"  {{ value = {_q(value)}, label = {_q(code)}, source = [{_q(code)}] }},"
            f"  # {column.counts[code]:,} rows{share}"
        )
    if has_rest:
        rest = len(stated) - len(common)
        yield (
            f'  {{ value = {_q(_unique("other", taken))}, label = "another", source = ["*"] }},'
            f"  # {rest:,} rare codes"
        )
    yield "]"


def _missing(column: Column, label: str) -> Iterator[str]:
    codes = [*column.words_for_missing]
    if _is_number(column):
        codes += [
            value
            for value in column.counts
            if _float(value) in column.sentinels and value not in codes
        ]
        odd = column.n - column.empty - column.numbers.count()
        if odd:
            yield f"# {odd:,} cells are no numbers; their rows will be rejected unless listed here"
    if column.empty or codes:
        yield "may_be_missing = true"
        if codes:
            shown = ", ".join(f"{code} ({column.counts[code]:,} rows)" for code in codes)
            yield f"missing_codes = [{', '.join(map(_q, sorted(codes)))}]  # stand apart: {shown}"
        yield f'missing_text = "{_plain(label)} was not stated"'


def _tail(judged: list[Judged]) -> Iterator[str]:
    yield "# ------------------------------------- protected, banned, and what was left out\n"
    for one in judged:
        if one.part == "protected":
            yield from _protected(one)
    barred = [one for one in judged if one.part in {"protected", "banned"}]
    for one in barred:
        yield f"[[banned]]  # {'; '.join(one.evidence)}"
        yield f"column = {_q(one.column.name)}\nwhy = {_q(one.why.capitalize() + '.')}\n"
    for one in judged:
        if one.part == "left out":
            yield f"# left out: {one.column.name} {one.why} ({'; '.join(one.evidence)})"
    yield "\n# An officer's own reasons. FINISH: as your officers would say them.\n"
    for code, label in (
        ("OFF01", "Income or savings verified that the application does not show"),
        ("OFF02", "Known customer who has paid reliably"),
        ("OFF03", "Income is not enough for the instalment"),
        ("OFF04", "Information could not be verified"),
    ):
        yield f'[[officer_reasons]]\ncode = "{code}"\nlabel = "{label}"\n'


def _protected(one: Judged) -> Iterator[str]:
    column = one.column
    yield f"[[protected]]  # {one.why}"
    yield f"name = {_q(_attribute(one))}"
    yield f"label = {_q(column.name)}\nsource = {_q(column.name)}"
    codes = [code for code, count in column.counts.items() if count >= FEWEST_SHOWN]
    if one.attribute == "age" and column.is_numeric and len(column.counts) > 10:
        yield 'assessable = true\nreference = "25_to_61"\ngroups = ['
        yield '  { value = "under_25", label = "under 25", maximum = 24 },'
        yield '  { value = "25_to_61", label = "25 to 61", minimum = 25, maximum = 61 },'
        yield '  { value = "62_and_over", label = "62 and over", minimum = 62 },\n]\n'
    elif 2 <= len(codes) <= 12:
        ranked = sorted(codes, key=lambda code: (-column.counts[code], code))
        taken: set[str] = set()
        values = {
            code: _unique(slug_of(code).removeprefix("c_") or "empty", taken) for code in ranked
        }
        yield f"assessable = true\nreference = {_q(values[ranked[0]])}  # FINISH: the largest group"
        yield "groups = [  # FINISH: say what the codes mean"
        for code in ranked:
            yield f"  {{ value = {_q(values[code])}, label = {_q(code)}, source = [{_q(code)}] }},"
        yield "]\n"
    else:
        yield 'assessable = false\nwhy_not = "FINISH: its values are too many to be groups."\n'


def _attribute(one: Judged) -> str:
    name = slug_of(one.column.name)
    return f"{name}_group" if one.attribute == "age" else name


def _to_finish(facts: Facts, judged: list[Judged], amount: Judged | None) -> Iterator[str]:
    yield f"Which outcomes are bad: {', '.join(facts.bad)} ({facts.bad_count:,} rows)?"
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


def _bounds(column: Column) -> tuple[float, float]:
    """Round the extremes outward to two digits, codes for missing left out."""
    known = column.numbers.filter(~column.numbers.is_in(list(column.sentinels))).drop_nulls()
    low, high = float(known.min() or 0), float(known.max() or 0)  # type: ignore[arg-type]
    low, high = _outward(low, math.floor), _outward(high, math.ceil)
    return (low, high) if low < high else (low, low + 1)


def _outward(value: float, way: Callable[[float], int]) -> float:
    if value == 0:
        return 0.0
    step = 10.0 ** (math.floor(math.log10(abs(value))) - 1)
    return round(way(value / step) * step, 10)


def _trend(column: Column) -> str | None:
    """Say which way the bad rate of five equal parts moves, if it moves one way only."""
    known = column.numbers.is_not_null().to_numpy() & (column.bad >= 0)
    if known.sum() < 500:
        return None
    order = column.numbers.to_numpy()[known].argsort(kind="stable")
    bad = column.bad[known][order]
    parts = [bad[len(bad) * at // 5 : len(bad) * (at + 1) // 5].mean() for at in range(5)]
    if all(one < other for one, other in pairwise(parts)):
        return "up"
    if all(one > other for one, other in pairwise(parts)):
        return "down"
    return None


def _is_ranked(codes: list[str]) -> bool:
    """Whether codes are one word with a number, or single letters, or ranges: steps of a thing."""
    stems = {"".join(letter for letter in code if not letter.isdigit()) for code in codes}
    return len(codes) > FEW_VALUES and (len(stems) <= 2 or all(len(code) == 1 for code in codes))


def _by_number(code: str) -> tuple[float, str]:
    digits = "".join(letter for letter in code if letter.isdigit())
    return (float(digits) if digits else -1.0, code)


def _float(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _unique(name: str, taken: set[str]) -> str:
    found, number = name, 2
    while found in taken or found in RESERVED:
        found, number = f"{name}_{number}", number + 1
    taken.add(found)
    return found


def _n(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(round(value, 10))


def _q(text: str) -> str:
    """Write a TOML text: JSON's is one."""
    return json.dumps(text, ensure_ascii=False)


def _plain(text: str) -> str:
    return text.replace('"', "'").replace("\\", "/").replace("{", "(").replace("}", ")")
