"""A decision leaves the house as two files, and anybody can compute it again from them."""

import json
import subprocess
import sys
from pathlib import Path

import factories
import pytest
from django.core.management import CommandError, call_command

from credit.actions import records
from credit.actions.refusals import NotAllowed
from credit.models import AuditEvent, Decision, Role
from scoring import verify
from scoring.records import from_json, to_json

CHECKOUT = Path(__file__).parents[2]
WITHOUT_DJANGO = (
    "import runpy, sys; sys.modules['django'] = None; sys.modules['psycopg'] = None;"
    "sys.argv = ['verify', *sys.argv[1:]];"
    "runpy.run_module('scoring.verify', run_name='__main__')"
)


@pytest.fixture
def auditor(db):
    return factories.user(Role.AUDITOR, username="ada")


@pytest.fixture
def proof(champion, auditor, tmp_path):
    def of(**changes):
        decided = factories.decide(**changes)
        folder = tmp_path / "proof"
        call_command("export_record", decided.decision_id, "--by", "ada", "--out", folder, "--json")
        return folder / f"{decided.decision_id}.json"

    return of


def bundle_of(record):
    return record.with_name(record.stem + ".bundle.zip")


def verified(record, *more):
    return verify.main([str(record), str(bundle_of(record)), *map(str, more)])


@pytest.mark.parametrize(
    "said", [factories.REFERRED, factories.APPROVED, factories.AUTOMATIC, factories.DECLINED]
)
def test_every_kind_of_decision_is_proved_from_its_files(proof, capsys, said):
    record = proof(**said)

    assert verified(record) == verify.SAME
    assert "came out to the bit" in capsys.readouterr().out


def test_no_django_and_no_database_are_needed(proof):
    record = proof()

    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_DJANGO, str(record), str(bundle_of(record))],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        env={"PATH": ""},
        check=False,
    )

    assert (done.returncode, done.stderr) == (verify.SAME, "")


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        (("figures", "pd"), 0.25, "pd: stored 0.25"),
        (("figures", "score"), 1, "score: stored 1"),
        (("figures", "contributions"), [], "points by feature differ"),
        (("features", "duration_months"), 5, "input: what is stored is not"),
        (("requested", "amount"), "1.00", "input: what is stored is not"),
        (("recommendation",), "approve", "recommendation: stored approve"),
        (("automatic",), "approve", "automatic: stored approve"),
        (("policy_results",), [], "results of the policy rules differ"),
        (
            ("figures", "uncertainty"),
            {"models": 2, "agreeing": 2, "recommendation": "refer", "pd_low": 0.1, "pd_high": 0.2},
            "uncertainty: stored",
        ),
    ],
)
def test_whatever_is_altered_is_named(proof, capsys, path, value, says):
    record = proof()
    said = json.loads(record.read_text())
    inner = said
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    record.write_text(json.dumps(said))

    assert verified(record) == verify.DIFFERENT
    assert says in capsys.readouterr().out


def test_an_altered_bundle_proves_nothing(proof, capsys):
    record = proof()
    bundle = bundle_of(record)
    bundle.chmod(0o600)
    bundle.write_bytes(bundle.read_bytes() + b" ")

    assert verified(record) == verify.UNUSABLE
    assert "as registered" in capsys.readouterr().err


def test_a_letter_is_not_silently_let_through_with_a_decision(proof, capsys, tmp_path):
    record, letter = proof(), tmp_path / "letter.pdf"
    letter.write_bytes(b"%PDF")

    assert verified(record, "--document", letter) == verify.UNUSABLE
    assert "--document goes with a notice's record" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda stated: stated.pop("housing"), "the record lacks the features housing"),
        (lambda stated: stated.update(duration_months="long"), "must be a whole number"),
        (lambda stated: stated.update(housing=3), "features/housing must be a text"),
    ],
)
def test_inputs_that_no_model_takes_are_named(proof, capsys, change, says):
    record = proof()
    said = json.loads(record.read_text())
    change(said["features"])
    record.write_text(json.dumps(said))

    assert verified(record) == verify.UNUSABLE
    assert says in capsys.readouterr().err


def test_a_policy_that_is_not_there_is_told(proof, capsys, tmp_path):
    record = proof()

    assert verified(record, "--policy-contract", tmp_path / "none.toml") == verify.UNUSABLE
    assert "none.toml: No such file" in capsys.readouterr().err


def test_a_decision_without_a_model_needs_its_policy_only(
    champion, auditor, own_store, tmp_path, no_scorecard, capsys
):
    decided = factories.decide()
    call_command("export_record", decided.decision_id, "--by", "ada", "--out", tmp_path, "--json")
    record = tmp_path / f"{decided.decision_id}.json"
    policy = record.with_suffix(".policy.toml")

    assert verify.main([str(record)]) == verify.UNUSABLE
    assert "--policy-contract" in capsys.readouterr().err
    assert verify.main([str(record), "--policy-contract", str(policy)]) == verify.SAME
    policy.write_text(policy.read_text() + "\n")
    assert verify.main([str(record), "--policy-contract", str(policy)]) == verify.UNUSABLE


def test_a_decision_of_the_fallback_scorecard_is_proved_too(
    champion, auditor, toy_bundle, monkeypatch, tmp_path
):
    from credit import serving  # noqa: PLC0415

    def refuse(*_):
        raise serving.ModelUnavailable("bundle_missing", "gone")

    with monkeypatch.context() as broken:
        broken.setattr(serving, "engine_of", refuse)
        decided = factories.decide()
    assert Decision.objects.get(pk=decided.decision_id).application.score.route == "scorecard"
    call_command("export_record", decided.decision_id, "--by", "ada", "--out", tmp_path, "--json")

    assert verified(tmp_path / f"{decided.decision_id}.json") == verify.SAME


def test_the_trail_keeps_who_took_a_record(proof, auditor):
    record = proof()

    event = AuditEvent.objects.get(type=AuditEvent.Type.RECORD_EXPORTED)

    assert (event.target, event.user) == (f"decision:{record.stem}", auditor)


def test_the_files_are_for_their_owner_only(proof):
    record = proof()

    assert {oct(file.stat().st_mode & 0o777) for file in record.parent.iterdir()} == {"0o600"}


def test_an_officer_may_not_take_records(champion):
    decided = factories.decide()
    officer = factories.user(Role.OFFICER)

    with pytest.raises(NotAllowed, match="auditor or compliance or model validator"):
        records.export(decision_id=decided.decision_id, by=officer, at=factories.AT)


def test_nothing_is_written_where_the_bundle_is_gone(champion, auditor, own_store, tmp_path):
    decided = factories.decide()

    with pytest.raises(CommandError, match="has no file"):
        call_command(
            "export_record", decided.decision_id, "--by", "ada", "--out", tmp_path / "proof"
        )

    assert not (tmp_path / "proof").exists()


def test_an_unknown_decision_is_told(auditor, tmp_path):
    with pytest.raises(CommandError, match="There is no decision"):
        call_command("export_record", "0" * 26, "--by", "ada", "--out", tmp_path)


def test_a_record_is_written_and_read_to_the_bit(proof):
    content = proof().read_bytes()

    assert to_json(from_json(content)) == content
