"""What a contract protects is assessed and listed, and a report of it is plain JSON."""

import json
from dataclasses import replace
from pathlib import Path

from scoring import fairness
from scoring.contract import Contract, Protected, ProtectedGroup
from scoring.fairness import Verdict

CONTRACT = Path(__file__).parents[2] / "contracts" / "consumer-loan" / "contract.toml"


def test_a_contracts_attributes_are_all_listed_assessable_or_not():
    contract = Contract.load(CONTRACT)
    n = 400

    found = fairness.assess(
        contract=contract,
        selected=[i % 2 == 0 for i in range(n)],
        bad=[i % 3 == 0 for i in range(n)],
        groups={"age_group": ["25_to_61" if i < 200 else "under_25" for i in range(n)]},
    )

    age, *others = found.attributes
    assert [group.value for group in age.groups] == ["under_25", "25_to_61", "62_and_over"]
    assert age.groups[2].verdict is Verdict.INSUFFICIENT
    assert {other.name for other in others} == {"sex", "foreign_worker"}
    assert all(not other.assessable and other.why_not for other in others)
    assert "Not assessable: Sex and marital status, Foreign worker" in found.words


def test_a_contract_without_an_assessable_attribute_is_insufficient_evidence():
    contract = replace(Contract.load(CONTRACT), protected=())

    found = fairness.assess(contract=contract, selected=[True], bad=[False], groups={})

    assert found.verdict is Verdict.INSUFFICIENT
    assert found.words == "Insufficient evidence: no attribute can be assessed."


def test_groups_that_nobody_supplied_are_reported_as_known_of_nobody():
    contract = replace(
        Contract.load(CONTRACT),
        protected=(
            Protected(
                name="age",
                label="Age",
                source=None,
                assessable=True,
                groups=(ProtectedGroup(value="a", label="A"), ProtectedGroup(value="b", label="B")),
                reference="a",
            ),
        ),
    )

    found = fairness.assess(contract=contract, selected=[True] * 50, bad=None, groups={})

    assert found.attributes[0].n_missing == 50
    assert found.verdict is Verdict.INSUFFICIENT


def test_a_report_is_plain_json():
    found = fairness.assess(
        contract=Contract.load(CONTRACT),
        selected=[True] * 40,
        bad=None,
        groups={"age_group": ["under_25"] * 40},
    )

    again = json.loads(json.dumps(found.to_dict(), allow_nan=False))

    assert again["attributes"][0]["groups"][0]["verdict"] == "insufficient evidence"
    assert again["n"] == 40
