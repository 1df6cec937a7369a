"""Certificates of a model that was really trained: random applications verify, to the bit."""

import json
import random

import pytest
import toy_release
from notice_scene import decision_of, noticed

from scoring.engine import Engine
from scoring.files.ingestion import ingest
from scoring.notices.proofs import usual_values
from scoring.notices.records import notice_from_json, notice_to_json
from scoring.policy import Recommendation, by_cut_off
from scoring.verify_notices import verify_notice

pytestmark = pytest.mark.xdist_group("real_release")  # one worker trains it, once
TRIED = 120


@pytest.fixture(scope="module")
def real_engine(release):
    return Engine(release)


@pytest.fixture(scope="module")
def applications(release):
    """Mix real rows, so that details stand together that never did."""
    contract, drawn = release.contract, random.Random(20261122)  # noqa: S311
    rows = ingest(toy_release.LOANS_FILE, contract=contract).frame
    rows = rows.select(contract.feature_names).to_dicts()
    return [
        {name: drawn.choice(rows)[name] for name in contract.feature_names} for _ in range(TRIED)
    ]


def test_what_is_usual_is_said_for_every_feature(release):
    usual = usual_values(release.manifest, release.contract)

    assert list(usual) == list(release.contract.feature_names)
    assert usual["checking_status"] == "none"
    assert 12 <= usual["duration_months"] <= 24


def test_random_notices_verify_and_their_reasons_are_real(real_engine, applications, release_file):
    policy = real_engine.contract.policy
    stated = 0
    for values in applications:
        record = decision_of(real_engine, values)
        notice, problems = noticed(real_engine, record)
        if by_cut_off(policy, record.figures.pd) is Recommendation.APPROVE:
            assert [each.code for each in problems] == ["nothing_proved"]
            continue
        assert problems == (), values
        read, broken = notice_from_json(notice_to_json(notice))
        assert broken + verify_notice(read, place=release_file) == []
        for reason in notice.statement["reasons"]:
            (again,) = real_engine.score_each([values | changed(reason)])
            assert again.pd == reason["pd"]
            assert record.figures.pd - again.pd == reason["improvement"] >= 0.005
            stated += 1
    assert stated > TRIED


def changed(reason):
    return dict(zip(reason["features"], reason["usual"], strict=True))


def test_no_reason_that_is_left_out_was_proved_to_matter_more(real_engine, applications):
    for values in applications[:40]:
        notice, problems = noticed(real_engine, decision_of(real_engine, values))
        stated = [each["improvement"] for each in notice.statement["reasons"]]
        over = [each["improvement"] for each in notice.statement["passed_over"]]

        assert stated == sorted(stated, reverse=True)
        if stated and len(stated) == 4:
            assert max(over, default=0.0) <= min(stated)
        assert problems or all(each < 0.005 for each in over) or len(stated) == 4


def test_every_improvement_that_is_altered_is_refused_by_name(
    real_engine, applications, release_file
):
    refused = 0
    for values in applications[:25]:
        notice, problems = noticed(real_engine, decision_of(real_engine, values))
        for at in range(0 if problems else len(notice.statement["reasons"])):
            said = json.loads(notice_to_json(notice))
            said["statement"]["reasons"][at]["improvement"] += 1e-9
            read, broken = notice_from_json(json.dumps(said).encode())

            assert broken
            (found,) = verify_notice(read, place=release_file)
            assert found.startswith(f"statement.reasons[{at}].improvement")
            refused += 1
    assert refused
