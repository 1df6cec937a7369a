import pytest

from scoring.contract import Contract
from scoring.reasons import all_reasons, in_words, principal_reasons


@pytest.fixture
def points(contract):
    """Give points to some features by name, none to the others."""

    def give(**by_name):
        return [by_name.get(name, 0.0) for name in contract.feature_names]

    return give


def test_every_feature_gives_a_reason_worst_first(contract, applicant, points):
    reasons = all_reasons(contract, applicant, points(housing=-3.0, amount=5.0, job=-31.2))

    assert len(reasons) == 17
    assert [item.feature for item in reasons[:2]] == ["job", "housing"]
    assert reasons[-1].feature == "amount"


@pytest.mark.parametrize(
    ("value", "said", "as_before"),
    [(1, "1 year", "1 years"), (2, "2 years", "2 years"), (0, "0 years", "0 years")],
)
def test_one_has_a_unit_of_its_own_where_the_contract_has_it(contract, value, said, as_before):
    without = Contract.parse(contract.text.replace('unit_of_one = "year"\n', "").encode())

    assert in_words(contract.feature("residence_years"), value) == said
    assert in_words(without.feature("residence_years"), value) == as_before


def test_ties_keep_the_contracts_order(contract, applicant, points):
    reasons = principal_reasons(contract, applicant, points(job=-2.0, amount=-2.0, savings=-2.0))

    assert [item.feature for item in reasons] == ["amount", "savings", "job"]


def test_only_what_cost_points_is_a_principal_reason_and_four_at_most(contract, applicant, points):
    given = points(job=-1.0, amount=-2.0, savings=-3.0, housing=-4.0, purpose=-5.0, property=6.0)

    reasons = principal_reasons(contract, applicant, given)

    assert [item.feature for item in reasons] == ["purpose", "housing", "savings", "amount"]
    assert len(principal_reasons(contract, applicant, given, most=1)) == 1
    assert principal_reasons(contract, applicant, points(property=6.0)) == ()


@pytest.mark.parametrize(
    ("feature", "value", "given", "text"),
    [
        ("checking_status", "below_0", -1.0, "Balance of the checking account is below zero"),
        ("checking_status", "none", 1.0, "There is no checking account at this bank"),
        (
            "duration_months",
            36,
            -1.0,
            "The requested term of 36 months is long compared with approved loans",
        ),
        (
            "duration_months",
            6,
            1.0,
            "The requested term of 6 months is short compared with approved loans",
        ),
        ("amount", 12000, 0.0, "The requested amount of 12,000 DM lowers the risk"),
        ("amount", 12000, -1.0, "The requested amount of 12,000 DM raises the risk"),
        ("housing", "rent", -1.0, "Housing: rented"),
        ("has_telephone", False, -1.0, "Telephone in the applicant's name: no"),
        ("has_telephone", True, 0.0, "Telephone in the applicant's name: yes"),
        ("credits_at_bank", 2, -1.0, "Number of credits at this bank, with this one: 2"),
    ],
)
def test_the_words_are_the_contracts(contract, applicant, points, feature, value, given, text):
    reasons = all_reasons(contract, applicant | {feature: value}, points(**{feature: given}))

    (reason,) = [item for item in reasons if item.feature == feature]
    assert reason.text == text
    assert reason.code == contract.feature(feature).code


def test_every_value_of_the_contract_has_words_without_braces(contract, applicant, points):
    for feature in contract.features:
        values = [item == "true" for item in feature.values] if feature.kind == "boolean" else None
        for value in values or feature.values or [int(bound) for bound in feature.bounds]:
            for given in (-1.0, 1.0):
                reasons = all_reasons(contract, applicant | {feature.name: value}, points())
                assert not any("{" in item.text for item in reasons), (feature.name, given)


def test_a_missing_value_has_its_own_words(contract_text, applicant, points):
    text = contract_text.replace(
        'code = "HOU01"', 'code = "HOU01"\nmay_be_missing = true\nmissing_text = "Housing unknown"'
    )
    contract = Contract.parse(text.encode())

    (reason,) = principal_reasons(contract, applicant | {"housing": None}, points(housing=-2.0))

    assert reason.text == "Housing unknown"
    assert in_words(contract.feature("housing"), None) == "not stated"


def test_features_of_one_group_are_one_reason(contract_text, applicant, points):
    text = contract_text
    for code in ("HOU01", "PRO01"):
        text = text.replace(f'code = "{code}"', f'code = "{code}"\ngroup = "home"')
    contract = Contract.parse(text.encode())

    reasons = principal_reasons(
        contract, applicant, points(housing=-3.0, property=-2.0, job=-4.0, savings=-1.0)
    )

    assert [(item.feature, item.points) for item in reasons] == [
        *(("housing", -5.0), ("job", -4.0), ("savings", -1.0))
    ]


def test_a_group_that_gave_points_on_the_whole_is_no_reason(contract_text, applicant, points):
    text = contract_text
    for code in ("HOU01", "PRO01"):
        text = text.replace(f'code = "{code}"', f'code = "{code}"\ngroup = "home"')

    reasons = principal_reasons(
        Contract.parse(text.encode()), applicant, points(housing=-3.0, property=4.0)
    )

    assert reasons == ()


def test_another_number_of_shares_than_features_is_refused(contract, applicant):
    with pytest.raises(ValueError, match="zip"):
        all_reasons(contract, applicant, [1.0])
