"""A file that is no record is refused in a sentence."""

import json
from decimal import Decimal

import pytest

from scoring import verify
from scoring.application import RequestedValues
from scoring.records import LARGEST, Figures, Record, RecordRefused, from_json, to_json

RECORD = Record(
    decision="01JD",
    decided_at="2026-11-22T00:00:00.000000Z",
    product="consumer-loan",
    route="none",
    bundle="",
    contract="sha256:1",
    policy_contract="sha256:1",
    reference="A",
    requested=RequestedValues(amount=Decimal("1.10"), term_months=None),
    features={"a": 1, "b": 0.1, "c": None, "d": "x", "e": True},
    salt="00ff",
    commitment="",
    figures=Figures(
        pd=None,
        margin=None,
        points=None,
        base_points=None,
        score=None,
        band="",
        contributions=(),
        uncertainty=None,
    ),
    warnings=("w",),
    recommendation="refer",
    automatic="",
    policy_results=({"rule": "r", "passed": True, "text": "t"},),
)
SAID = json.loads(to_json(RECORD))


def test_a_record_is_read_as_it_was_written():
    assert from_json(to_json(RECORD)) == RECORD


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "no JSON"),
        (b"[]", "no object"),
        (b'{"format": 2}', "format is not 1"),
        (b'{"format": NaN}', "NaN is no number"),
        (b'{"format": 1, "figures": {"pd": 0.1, "pd": 0.9}}', "'pd' stands twice"),
        (b"[" * 100_000, "no JSON"),
        (b" " * (LARGEST + 1), "larger than"),
        ({"decision": 5}, "decision is no text"),
        ({"route": "oracle"}, "'oracle' is no route"),
        ({"salt": "xyz"}, "cannot hold"),
        ({"requested": {"amount": 1.1, "term_months": None}}, "amount is no text"),
        ({"requested": {"amount": "much", "term_months": None}}, "cannot hold"),
        ({"requested": {"amount": "1.10", "term_months": "x"}}, "no whole number"),
        ({"requested": {"amount": "1.10"}}, "lacks 'term_months'"),
        ({"features": {"a": [1]}}, "features.a is no single value"),
        ({"features": []}, "cannot hold"),
        ({"figures": {"pd": "low"}}, "is no number"),
        ({"figures": {}}, "lacks 'pd'"),
        ({"policy_results": ["x"]}, "cannot hold"),
    ],
)
def test_what_is_no_record_is_refused(content, says):
    written = content if isinstance(content, bytes) else json.dumps(SAID | content).encode()

    with pytest.raises(RecordRefused, match=says):
        from_json(written)


def test_a_missing_field_is_named():
    for name in SAID.keys() - {"format"}:
        rest = {key: value for key, value in SAID.items() if key != name}
        with pytest.raises(RecordRefused, match=f"lacks '{name}'"):
            from_json(json.dumps(rest).encode())


def test_a_file_that_is_not_there_is_told(tmp_path, capsys):
    assert verify.main([str(tmp_path / "none.json")]) == verify.UNUSABLE
    assert "No such file" in capsys.readouterr().err
