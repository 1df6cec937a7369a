"""A notice whose words, hashes and certificate were all changed together is found out."""

import hashlib
import json
from io import StringIO

import factories
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from notices_scene import LATER, declined, issued

from credit import retention
from credit.actions import audit
from credit.audit_chain import MONTH
from credit.models import AuditEvent, Notice
from credit.queries import notice_seals, replays
from scoring.notices.records import seal_of

FIRST = "notice adverse_action 1: "
pytestmark = pytest.mark.django_db(databases=["default", "owner"])


@pytest.fixture
def notice(as_owner, officer, toy_bundle):
    factories.live_product(toy_bundle)
    return issued(declined(officer), officer)


def of_its_notices(notice):
    (replayed,) = replays.replay([notice.decision_id])
    assert replayed.identical is not bool(replayed.differences)
    return replayed.differences


def forged(notice):
    """Write another letter, with the hashes and the seal that it would have had."""
    html = bytes(notice.html).replace(b"</body>", b"We never wrote this.</body>")
    said = json.loads(bytes(notice.certificate))
    said["documents"]["html"] = hashlib.sha256(html).hexdigest()
    said["seal"] = seal_of(said)
    return html, said


def forge(notice, tamper):
    html, said = forged(notice)
    tamper(
        "notice",
        "html = %s, html_sha256 = %s, certificate = %s, seal = %s",
        html,
        said["documents"]["html"],
        json.dumps(said).encode(),
        said["seal"],
    )
    return said["seal"]


def test_notices_that_are_as_they_left_are_counted_and_nothing_is_said(notice, officer):
    issued(notice.decision, officer, why_again="It came back from the post.")

    (replayed,) = replays.replay([notice.decision_id])

    assert (replayed.identical, replayed.notices) == (True, 2)
    assert notice_seals.problems_of(notice) == []


def test_a_letter_with_hashes_and_seal_to_match_is_held_against_the_trail(notice, tamper):
    forge(notice, tamper)

    assert of_its_notices(notice) == [f"{FIRST}its seal is not the one that the audit trail has."]


def test_an_event_that_was_added_to_match_hides_nothing(notice, tamper, officer):
    audit.record(
        AuditEvent.Type.NOTICE_ISSUED,
        target=f"decision:{notice.decision_id}",
        by=officer,
        at=LATER,
        kind="adverse_action",
        number=1,
        seal=forge(notice, tamper),
    )

    assert of_its_notices(notice) == [f"{FIRST}its seal is not the one that the audit trail has."]


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("pdf = pdf || 'x'", "its PDF is not the file that was sealed."),
        ("html = html || 'x'", "its HTML is not the file that was sealed."),
        ("certificate = 'x'", "its certificate cannot be read"),
        (
            "certificate = replace(encode(certificate, 'escape'), 'A-2291', 'A-2292')::bytea",
            "is not the one",
        ),
        ("seal = repeat('0', 64)", "its certificate is not the one that was sealed."),
        ("issued_at = issued_at - interval '1 day'", "that it left at another time."),
        ("kind = 'explanation'", "the audit trail knows nothing of it."),
        ("kind = 'explanation'", f"{FIRST}the audit trail says that it left, and it is not there."),
    ],
)
def test_what_of_a_notice_was_changed_is_named(notice, tamper, sql, says):
    tamper("notice", sql)

    assert any(says in each for each in of_its_notices(notice))


def test_another_person_as_the_one_who_issued_it_is_named(notice, tamper):
    tamper("notice", f"issued_by_id = {factories.user('officer', username='other').pk}")

    assert of_its_notices(notice) == [f"{FIRST}the audit trail says that somebody else issued it."]


def test_a_notice_that_was_taken_out_is_missed(notice):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE credit_notice DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM credit_notice")
        cursor.execute("ALTER TABLE credit_notice ENABLE TRIGGER USER")

    assert of_its_notices(notice) == [
        f"{FIRST}the audit trail says that it left, and it is not there."
    ]


def test_what_went_from_the_trail_with_its_month_is_not_missed(notice, monkeypatch):
    unknown = Notice.objects.get()
    unknown.number = 2
    assert "the audit trail knows nothing of it." in notice_seals.problems_of(unknown)
    month = int(f"{LATER:%Y%m}") * MONTH
    gone = {retention.AUDIT: [{"from": month, "below": month + MONTH}], retention.DECISIONS: []}
    monkeypatch.setattr(retention, "dropped", lambda _using: gone)

    assert notice_seals.problems_of(unknown) == []


def test_the_command_counts_notices_and_fails_where_one_does_not_fit(notice, tamper, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: LATER)
    out = StringIO()
    call_command("replay", "--all", stdout=out)
    assert "1 of 1 decisions are identical; 1 notices were held against" in out.getvalue()

    forge(notice, tamper)

    out = StringIO()
    with pytest.raises(CommandError, match="1 decision could not be reproduced"):
        call_command("replay", "--all", stdout=out)
    assert f"{notice.decision_id}: {FIRST}its seal is not the one" in out.getvalue()


def test_the_page_of_a_notice_says_whether_it_is_as_it_left(notice, tamper, client, auditor):
    client.force_login(auditor)
    assert "as they left, by the audit trail" in client.get(f"/notices/left/{notice.pk}/").text

    forge(notice, tamper)

    words = client.get(f"/notices/left/{notice.pk}/").text
    assert "This notice is not as it left" in words
    assert "its seal is not the one that the audit trail has." in words


def test_the_page_opens_where_the_certificate_cannot_be_read(notice, tamper, client, auditor):
    client.force_login(auditor)
    tamper("notice", "certificate = 'x'")

    words = client.get(f"/notices/left/{notice.pk}/").text

    assert "its certificate cannot be read" in words
