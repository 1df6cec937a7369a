"""Notices from a prompt: issued by the list, and given out to be proved elsewhere."""

import json
import subprocess
import sys
from datetime import timedelta
from io import StringIO
from pathlib import Path

import factories
import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from notices_scene import LATER, declined, issued, overridden

from credit.actions import records
from credit.actions.refusals import NotAllowed
from credit.models import AuditEvent, Notice
from scoring import verify

CHECKOUT = Path(__file__).parents[2]
WITHOUT_DJANGO = (
    "import runpy, sys; sys.modules['django'] = None; sys.modules['psycopg'] = None;"
    "sys.argv = ['verify', *sys.argv[1:]];"
    "runpy.run_module('scoring.verify', run_name='__main__')"
)
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("champion")]


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: LATER)


@pytest.fixture
def otto(db):
    return factories.user("officer", username="otto")


def facts(*arguments):
    out = StringIO()
    try:
        call_command(*arguments, "--json", stdout=out)
        failed = None
    except CommandError as error:
        failed = str(error)
    return json.loads(out.getvalue()) if out.getvalue() else None, failed


def test_what_is_owed_is_issued_and_what_is_not_proved_stays(otto):
    declined(otto)
    stays = overridden(otto)

    told, failed = facts("issue_notices", "consumer-loan", "--by", "otto")

    assert len(told["left"]) == 1
    assert [each["decision"] for each in told["stayed"]] == [stays.pk]
    assert "not stated in words" in told["stayed"][0]["why"]
    assert failed == "1 notice stayed; a person has to look."
    assert Notice.objects.count() == 1


def test_a_dry_run_and_a_later_due_day_issue_nothing(otto):
    declined(otto)

    told, failed = facts("issue_notices", "consumer-loan", "--by", "otto", "--dry-run")
    assert len(told["due"]) == 1
    assert told["due"][0]["due_on"] == (factories.AT + timedelta(days=14)).date().isoformat()
    told, failed = facts("issue_notices", "consumer-loan", "--by", "otto", "--due-within", "3")

    assert told == {"due": [], "left": [], "stayed": []}
    assert failed is None
    assert not Notice.objects.exists()


def test_who_may_not_issue_is_told_at_once(otto, auditor):
    declined(otto)

    _, failed = facts("issue_notices", "consumer-loan", "--by", auditor.username)

    assert "may issue a notice" in failed


@pytest.fixture
def proof(otto, tmp_path):
    notice = issued(declined(otto), otto)
    factories.user("auditor", username="audrey")
    call_command(
        "export_notice", str(notice.pk), "--by", "audrey", "--out", tmp_path, stdout=StringIO()
    )
    return tmp_path / f"notice-{notice.pk}"


def files_of(proof):
    return [str(proof.with_suffix(ending)) for ending in (".json", ".bundle.zip", ".pdf", ".html")]


def test_a_notice_that_left_is_proved_without_django(proof):
    record, bundle, pdf, html = files_of(proof)

    done = subprocess.run(
        [
            *(sys.executable, "-c", WITHOUT_DJANGO, record, bundle),
            *("--document", pdf, "--document", html),
        ],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr + done.stdout
    assert "proved" in done.stdout


def test_a_letter_that_is_not_the_one_that_left_is_named(proof, capsys):
    record, bundle, pdf, _ = files_of(proof)
    Path(pdf).chmod(0o600)
    Path(pdf).write_bytes(Path(pdf).read_bytes() + b"\n")

    assert verify.main([record, bundle, "--document", pdf]) == verify.DIFFERENT
    assert f"documents: {pdf} is not one of the files that left" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["letter.PDF", "letter", "letter.pdf.html"])
def test_a_letter_is_known_by_its_bytes_and_not_by_its_name(proof, tmp_path, name):
    record, bundle, pdf, _ = files_of(proof)
    renamed = tmp_path / name
    renamed.write_bytes(Path(pdf).read_bytes())

    assert verify.main([record, bundle, "--document", str(renamed)]) == verify.SAME


def test_each_of_several_letters_is_held_against_the_notice(proof, capsys, tmp_path):
    record, bundle, pdf, _ = files_of(proof)
    forged = tmp_path / "forged.pdf"
    forged.write_bytes(b"%PDF, and another text")
    asked = [record, bundle, "--document", str(forged), "--document", pdf]

    assert verify.main(asked) == verify.DIFFERENT
    assert "forged.pdf is not one of the files that left" in capsys.readouterr().out


def test_the_trail_says_who_took_it_and_officers_may_not(proof, otto):
    event = AuditEvent.objects.get(type=AuditEvent.Type.NOTICE_EXPORTED)

    assert event.user.username == "audrey"
    with pytest.raises(NotAllowed):
        records.export_notice(notice_id=Notice.objects.get().pk, by=otto, at=LATER)
    with pytest.raises(CommandError, match="no notice 0"):
        call_command("export_notice", "0", "--by", "audrey")
