import json

import jsonschema
import pytest
import toy_release

from scoring.contract import Contract
from scoring.features import json_schema


@pytest.fixture(scope="module")
def body():
    return json.loads(toy_release.CONTRACT_FILE.with_name("example.json").read_text())


@pytest.fixture(scope="module")
def accepts(contract):
    schema = json_schema(contract)
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema).is_valid


def test_the_shipped_example_fits(accepts, body):
    assert accepts(body)


def test_it_survives_json(contract):
    assert json.loads(json.dumps(json_schema(contract))) == json_schema(contract)


@pytest.mark.parametrize(
    "path",
    [("age",), ("features", "age"), ("requested", "rate"), ("monitoring", "sex")],
)
def test_unknown_fields_do_not_fit(accepts, body, path):
    changed = json.loads(json.dumps(body))
    inner = changed
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = "x"

    assert not accepts(changed)


@pytest.mark.parametrize(
    ("part", "key", "value"),
    [
        ("features", "housing", "castle"),
        ("features", "duration_months", 85),
        ("features", "duration_months", "24"),
        ("features", "has_telephone", "yes"),
        ("requested", "amount", 4200),
        ("requested", "amount", "4200.001"),
        ("requested", "term_months", 2),
        ("monitoring", "age_group", "young"),
    ],
)
def test_wrong_values_do_not_fit(accepts, body, part, key, value):
    assert not accepts(body | {part: body[part] | {key: value}})


def test_titles_units_and_labels_are_the_contracts(contract):
    features = json_schema(contract)["properties"]["features"]["properties"]

    assert features["duration_months"]["title"] == "Term of the loan (months)"
    assert features["housing"]["oneOf"][1] == {"const": "own", "title": "owned"}


def test_only_what_may_be_missing_takes_null(contract_text):
    text = contract_text
    for code in ("HOU01", "DUR01"):
        text = text.replace(
            f'code = "{code}"', f'code = "{code}"\nmay_be_missing = true\nmissing_text = "Not said"'
        )
    features = json_schema(Contract.parse(text.encode()))["properties"]["features"]

    assert {"type": "null", "title": "not stated"} in features["properties"]["housing"]["oneOf"]
    assert features["properties"]["duration_months"]["type"] == ["integer", "null"]
    assert "housing" not in features["required"]
    assert "job" in features["required"]
