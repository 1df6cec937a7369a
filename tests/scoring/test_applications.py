import json
import math
from decimal import Decimal
from pathlib import Path

import pytest
import toy_release

from scoring.application import validate_application, validate_monitoring, validate_requested
from scoring.contract import Contract
from scoring.features import InputRefused, example, validate

CONTRACTS = Path(__file__).parents[2] / "contracts"


def problems_of(refusal):
    return [(item.pointer, item.code) for item in refusal.value.problems]


@pytest.fixture(scope="module")
def with_missing(contract_text):
    """Read a contract in which housing, the term and the telephone may be missing."""
    text = contract_text
    for code in ("HOU01", "DUR01", "TEL01"):
        text = text.replace(
            f'code = "{code}"', f'code = "{code}"\nmay_be_missing = true\nmissing_text = "Not said"'
        )
    return Contract.parse(text.encode())


def test_values_come_back_as_sent_in_the_contracts_order(contract, applicant):
    backwards = dict(reversed(applicant.items()))

    values = validate(contract, backwards)

    assert list(values) == list(contract.feature_names)
    assert values == applicant


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("duration_months", 36.0, "wrong_type"),
        ("duration_months", "36", "wrong_type"),
        ("duration_months", "٣٦", "wrong_type"),
        ("duration_months", "1_0", "wrong_type"),
        ("duration_months", True, "wrong_type"),
        ("duration_months", Decimal(36), "wrong_type"),
        ("duration_months", [36], "wrong_type"),
        ("duration_months", None, "missing"),
        ("duration_months", 2, "out_of_bounds"),
        ("duration_months", 85, "out_of_bounds"),
        ("duration_months", 10**400, "out_of_bounds"),
        ("duration_months", -(10**400), "out_of_bounds"),
        ("housing", "castle", "unknown_category"),
        ("housing", "own ", "unknown_category"),
        ("housing", "own\n", "unknown_category"),
        ("housing", "Own", "unknown_category"),
        ("housing", "", "unknown_category"),
        ("housing", 1, "wrong_type"),
        ("housing", ["own"], "wrong_type"),
        ("housing", None, "missing"),
        ("has_telephone", "true", "wrong_type"),
        ("has_telephone", 1, "wrong_type"),
        ("has_telephone", None, "missing"),
    ],
)
def test_refuses_a_value(contract, applicant, field, value, code):
    with pytest.raises(InputRefused) as refusal:
        validate(contract, applicant | {field: value})

    assert problems_of(refusal) == [(f"/features/{field}", code)]


def test_bounds_of_millions_are_told_to_the_last_digit():
    card = Contract.load(CONTRACTS / "credit-card" / "contract.toml")

    with pytest.raises(InputRefused) as refusal:
        validate(card, example(card) | {"bill_september": 3_000_000})

    assert refusal.value.problems[0].message == "must be -400000 to 2000000 TWD"


@pytest.mark.parametrize(
    ("value", "code"),
    [
        *((3, None), (3.5, None), (84, None)),
        *((math.nan, "not_finite"), (math.inf, "not_finite"), (-math.inf, "not_finite")),
        *((84.001, "out_of_bounds"), ("12.50", "wrong_type"), (False, "wrong_type")),
    ],
)
def test_decimals_are_json_numbers(contract_text, applicant, value, code):
    text = contract_text.replace(
        'kind = "integer"\nunit = "months"', 'kind = "decimal"\nunit = "months"'
    )
    contract, raw = Contract.parse(text.encode()), applicant | {"duration_months": value}

    if code is None:
        assert validate(contract, raw)["duration_months"] == value
        return
    with pytest.raises(InputRefused) as refusal:
        validate(contract, raw)

    assert problems_of(refusal) == [("/features/duration_months", code)]


def test_what_may_be_missing_may_be_absent_or_null(with_missing, applicant):
    del applicant["housing"]
    applicant |= {"duration_months": None, "has_telephone": None}

    values = validate(with_missing, applicant)

    assert (values["housing"], values["duration_months"], values["has_telephone"]) == (None,) * 3


def test_every_problem_is_found_at_once(contract, applicant):
    del applicant["job"]
    applicant |= {"housing": "castle", "duration_months": "36", "a/b~c": 1}

    with pytest.raises(InputRefused) as refusal:
        validate(contract, applicant, pointer="/rows/7/features")

    assert problems_of(refusal) == [
        ("/rows/7/features/duration_months", "wrong_type"),
        ("/rows/7/features/housing", "unknown_category"),
        ("/rows/7/features/job", "missing"),
        ("/rows/7/features/a~1b~0c", "unknown_field"),
    ]


def test_a_protected_attribute_among_the_features_is_an_unknown_field(contract, applicant):
    with pytest.raises(InputRefused) as refusal:
        validate(contract, applicant | {"age": 30})

    assert problems_of(refusal) == [("/features/age", "unknown_field")]


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        *(("4200.00", None), ("4200", None), ("4200.5", None), ("100", None), ("20000.00", None)),
        *((4200, "wrong_type"), (4200.0, "wrong_type"), (None, "missing")),
        *(("4200.001", "wrong_type"), ("4,200", "wrong_type"), ("٤٢٠٠", "wrong_type")),
        *(("4200 ", "wrong_type"), ("4200\n", "wrong_type"), ("+4200", "wrong_type")),
        *(
            ("4e3", "wrong_type"),
            ("04200", "wrong_type"),
            ("", "wrong_type"),
            ("1_0", "wrong_type"),
        ),
        *(("99.99", "out_of_bounds"), ("20000.01", "out_of_bounds"), ("NaN", "wrong_type")),
    ],
)
def test_an_amount_is_an_exact_text(contract, amount, code):
    raw = {"amount": amount, "term_months": 24}

    if code is None:
        assert validate_requested(contract, raw).amount == Decimal(amount)
        return
    with pytest.raises(InputRefused) as refusal:
        validate_requested(contract, raw)

    assert problems_of(refusal) == [("/requested/amount", code)]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ({}, [("/requested/amount", "missing"), ("/requested/term_months", "missing")]),
        ({"amount": "100", "term_months": "24"}, [("/requested/term_months", "wrong_type")]),
        ({"amount": "100", "term_months": True}, [("/requested/term_months", "wrong_type")]),
        ({"amount": "100", "term_months": 85}, [("/requested/term_months", "out_of_bounds")]),
        ({"amount": "100", "term_months": 24, "x": 1}, [("/requested/x", "unknown_field")]),
    ],
)
def test_refuses_what_is_asked_for(contract, raw, expected):
    with pytest.raises(InputRefused) as refusal:
        validate_requested(contract, raw)

    assert problems_of(refusal) == expected


def test_a_product_without_a_term_knows_no_term(contract_text):
    text = (
        contract_text.replace("term_months = { minimum = 3, maximum = 84 }", "")
        .replace('same_as = "requested.term_months"', "")
        .replace('field = "requested.term_months"', 'field = "features.duration_months"')
    )
    card = Contract.parse(text.encode())

    assert validate_requested(card, {"amount": "100"}).term_months is None
    with pytest.raises(InputRefused) as refusal:
        validate_requested(card, {"amount": "100", "term_months": 24})
    assert problems_of(refusal) == [("/requested/term_months", "unknown_field")]


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ({"age_group": "young"}, "unknown_category"),
        ({"age_group": 30}, "unknown_category"),
        ({"age_group": None}, "unknown_category"),
        ({"age_group": ["25_to_61"]}, "unknown_category"),
        ({"sex": "female"}, "not_assessable"),
        ({"religion": "none"}, "unknown_field"),
    ],
)
def test_refuses_monitoring(contract, raw, code):
    with pytest.raises(InputRefused) as refusal:
        validate_monitoring(contract, raw)

    assert problems_of(refusal) == [(f"/monitoring/{next(iter(raw))}", code)]


def test_the_shipped_example_is_valid(contract):
    body = json.loads(toy_release.CONTRACT_FILE.with_name("example.json").read_text())

    application = validate_application(
        contract,
        requested=body["requested"],
        features=body["features"],
        monitoring=body["monitoring"],
    )

    assert set(body) == {"product", "reference", "requested", "features", "monitoring"}
    assert application.requested.term_months == application.features["duration_months"]
    assert application.monitoring == {"age_group": "25_to_61"}


def test_problems_of_all_parts_are_found_at_once(contract, applicant):
    with pytest.raises(InputRefused) as refusal:
        validate_application(
            contract,
            requested={"amount": 1},
            features=applicant | {"housing": "castle"},
            monitoring={"age_group": "x"},
        )

    assert [pointer for pointer, _ in problems_of(refusal)] == [
        *("/features/housing", "/requested/amount", "/requested/term_months"),
        "/monitoring/age_group",
    ]


def test_features_that_contradict_what_is_asked_for_are_refused(contract, applicant):
    applicant |= {"amount": 4200, "duration_months": 24}

    with pytest.raises(InputRefused) as refusal:
        validate_application(
            contract,
            requested={"amount": "4200.50", "term_months": 36},
            features=applicant,
            monitoring={},
        )

    assert problems_of(refusal) == [
        ("/features/duration_months", "contradiction"),
        ("/features/amount", "contradiction"),
    ]
    assert "/requested/term_months is 36" in refusal.value.problems[0].message


@pytest.mark.parametrize(
    ("stated", "asked"), [(30000.1, "30000.10"), (30000.1, "30000.1"), (30000, "30000.00")]
)
def test_an_amount_in_cents_is_the_same_by_its_digits(stated, asked):
    business = Contract.load(CONTRACTS / "small-business-loan" / "contract.toml")
    features = example(business) | {"amount": stated}

    found = validate_application(
        business, requested={"amount": asked}, features=features, monitoring={}
    )

    assert found.requested.amount == Decimal(asked)
    assert found.features["amount"] == stated
    with pytest.raises(InputRefused) as refusal:
        validate_application(
            business, requested={"amount": "30000.11"}, features=features, monitoring={}
        )
    assert problems_of(refusal) == [("/features/amount", "contradiction")]
