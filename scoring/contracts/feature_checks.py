"""What a contract may get wrong about its features."""

import re
from collections.abc import Iterator

from scoring.contract import CategoryEncoding, Contract, Direction, Feature, Kind
from scoring.contracts.features import REST
from scoring.contracts.words import NAME, VALUE, Problem, repeated, twice

# Names that the model's graph and the training frame use for themselves, and files of applications
# for columns that are no features.
RESERVED = frozenset(
    {"row", "bad", "applied_on", "outcome_known_on", "pd", "margin", "points", "reasons"}
    | {"base_points", "product", "reference"}
)
SAME_AS = ("requested.amount", "requested.term_months")
DATE_UNITS = ("days", "months", "years")


def feature_problems(contract: Contract) -> Iterator[Problem]:
    """Find what is wrong with features, each by itself and all together."""
    features = contract.features
    yield from repeated("features", "name", [item.name for item in features])
    yield from repeated("features", "source", [_source_of(item) for item in features])
    for place, feature in enumerate(features, start=1):
        path = f"features[{place}]"
        if not NAME.fullmatch(feature.name):
            yield f"{path}.name", "must be small letters, digits and underscores"
        if feature.name in RESERVED:
            yield f"{path}.name", f"{feature.name!r} is a word the product uses itself"
        yield from _texts(feature, path=path)
        yield from _missing(feature, path=path)
        yield from _changes(feature, path=path)
        yield from _same_as(contract, feature, path=path)
        yield from (_numeric if feature.kind.is_numeric else _categorical)(feature, path=path)


def _source_of(feature: Feature) -> str:
    if feature.source_from is not None:
        return f"{feature.source} since {feature.source_from}"
    if feature.source_per is not None:
        return f"{feature.source} per {feature.source_per}"
    return feature.source


def _texts(feature: Feature, *, path: str) -> Iterator[Problem]:
    with_value = {"adverse_text": feature.adverse_text, "favourable_text": feature.favourable_text}
    for key, text in with_value.items():
        if re.search("[{}]", text.replace("{value}", "")):
            yield f"{path}.{key}", "may hold {value} and no other braces"
    if re.search("[{}]", feature.missing_text or ""):
        yield f"{path}.missing_text", "holds no braces: there is no value to show"


def _missing(feature: Feature, *, path: str) -> Iterator[Problem]:
    if feature.may_be_missing and feature.missing_text is None:
        yield f"{path}.missing_text", "is missing: say what its absence means for the applicant"
    if not feature.may_be_missing and (feature.missing_codes or feature.missing_text):
        yield f"{path}.may_be_missing", "must be true where codes or texts for missing are given"


def _changes(feature: Feature, *, path: str) -> Iterator[Problem]:
    if feature.changes is None:
        return
    if feature.changes is Direction.NONE:
        yield f"{path}.changes", "must be up or down; leave it out for both"
    if not feature.actionable:
        yield f"{path}.changes", "belongs to an actionable feature"
    if not (feature.kind.is_numeric or feature.is_ordinal):
        yield f"{path}.changes", "belongs to a number or an ordinal category"


def _same_as(contract: Contract, feature: Feature, *, path: str) -> Iterator[Problem]:
    if feature.same_as is None:
        return
    if feature.same_as not in SAME_AS or not feature.kind.is_numeric:
        yield f"{path}.same_as", f"must be one of {', '.join(SAME_AS)}, of a numeric feature"
    elif feature.same_as == "requested.term_months" and not contract.requested.has_term:
        yield f"{path}.same_as", "this product asks for no term"


def _numeric(feature: Feature, *, path: str) -> Iterator[Problem]:
    low, high = feature.minimum, feature.maximum
    if low is None or high is None:
        yield path, f"{feature.name}: a numeric feature needs minimum and maximum"
    elif low >= high:
        yield f"{path}.maximum", "must be above minimum"
    if feature.categories:
        yield f"{path}.categories", "a numeric feature has none"
    if feature.encoding is not CategoryEncoding.ONE_HOT or feature.first_characters is not None:
        yield path, f"{feature.name}: encoding and first_characters belong to a category"
    is_difference = feature.kind is Kind.DATE_DIFFERENCE
    if is_difference != (feature.source_from is not None):
        yield f"{path}.source_from", "belongs to a date difference, and to it only"
    if feature.source_per is not None and feature.kind is not Kind.DECIMAL:
        yield f"{path}.source_per", "belongs to a decimal: it is a share of two columns"
    yield from _unit(feature, path=path)


def _unit(feature: Feature, *, path: str) -> Iterator[Problem]:
    if feature.unit_of_one is not None and feature.unit is None:
        yield f"{path}.unit_of_one", "belongs to a unit"
    if feature.kind is Kind.DATE_DIFFERENCE and feature.unit not in DATE_UNITS:
        yield f"{path}.unit", f"of a date difference must be one of {', '.join(DATE_UNITS)}"


def _categorical(feature: Feature, *, path: str) -> Iterator[Problem]:
    if feature.direction is not Direction.NONE and not feature.is_ordinal:
        yield (
            f"{path}.direction",
            f"only numbers and ordinal categories have one; {feature.name} is a {feature.kind}",
        )
    if {feature.minimum, feature.maximum, feature.unit, feature.unit_of_one} != {None}:
        yield path, f"{feature.name}: only numbers have bounds and units"
    if feature.source_from is not None:
        yield f"{path}.source_from", "belongs to a date difference, and to it only"
    if feature.source_per is not None:
        yield f"{path}.source_per", "belongs to a decimal: it is a share of two columns"
    if feature.kind is Kind.BOOLEAN:
        yield from _boolean(feature, path=path)
    if len(feature.categories) < 2:
        yield f"{path}.categories", "needs at least two"
    yield from _categories(feature, path=f"{path}.categories")


def _boolean(feature: Feature, *, path: str) -> Iterator[Problem]:
    if sorted(feature.values) != ["false", "true"]:
        yield f"{path}.categories", 'of a boolean must be "true" and "false"'
    if feature.encoding is not CategoryEncoding.ONE_HOT:
        yield f"{path}.encoding", "belongs to a category; a boolean is a number already"
    if any(category.is_rest for category in feature.categories):
        yield f"{path}.categories", f"{REST!r} belongs to a category, not to a boolean"


def _categories(feature: Feature, *, path: str) -> Iterator[Problem]:
    yield from repeated(path, "value", list(feature.values))
    rests = [category.value for category in feature.categories if REST in category.source]
    if len(rests) > 1:
        yield path, f"only one category can take the rest: {', '.join(rests)}"
    codes = [code for category in feature.categories for code in category.source]
    for code in twice([*codes, *feature.missing_codes]):
        yield path, f"source code {code!r} has more than one meaning"
    for place, category in enumerate(feature.categories, start=1):
        if not VALUE.fullmatch(category.value):
            yield f"{path}[{place}].value", "must be letters, digits and _ . + - only"
        if REST in category.source and not category.is_rest:
            yield f"{path}[{place}].source", f"{REST!r} stands alone: it takes every other code"
        for code in category.source:
            if feature.first_characters is not None and len(code) > feature.first_characters:
                yield f"{path}[{place}].source", f"{code!r} is longer than first_characters"


def never_features(contract: Contract) -> Iterator[Problem]:
    """Refuse features that must not be known, or cannot be known in time."""
    barred = {item.column: f"is banned: {item.why}" for item in contract.banned}
    for item in contract.protected:
        for word in (item.name, item.source):
            if word is not None:
                barred[word] = f"is protected ({item.label})"
    too_late = {contract.outcome.column, contract.columns.id, contract.columns.outcome_known_on}
    for place, feature in enumerate(contract.features, start=1):
        for key in ("name", "source", "source_from", "source_per"):
            word = getattr(feature, key)
            if word in barred and feature.legal_basis is None:
                yield (
                    f"features[{place}].{key}",
                    f"{word!r} {barred[word]}; a feature made of it must give a legal_basis",
                )
            if key != "name" and word is not None and word in too_late:
                yield f"features[{place}].{key}", f"{word!r} is an id or the outcome itself"
