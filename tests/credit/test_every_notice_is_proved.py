"""Every kind of notice that left, under the law of every place, is proved without the product."""

from decimal import Decimal
from io import StringIO

import factories
import notices_scene as scene
import promotion_scene
import pytest
from django.core.management import call_command

from credit.actions import notices
from credit.models import NoticeKind
from scoring import verify

LATER = scene.LATER
PLACES = {
    "EU, DE": b'["EU", "DE"]',
    "US": b'["US"]',
    "US, US-CA": b'["US", "US-CA"]',
    "US, US-NJ": b'["US", "US-NJ"]',
}


def told(decision, by, kind, *reasons):
    notices.state(decision_id=decision.pk, kind=kind, reasons=[*reasons], by=by, at=LATER)
    return decision


def counter_offered(by):
    offer = {"offered_amount": Decimal(3000), "offered_term_months": 24}
    return scene.decided(by, "counter_offer", reason=offer, **factories.REFERRED)


def incomplete(by):
    decision = scene.declined(by)
    scene.status(decision, "awaiting_information")
    return told(decision, by, NoticeKind.INCOMPLETENESS, "Your last three payslips")


def overridden(by):
    said = "The income on the payslips is not that in the application"
    return told(scene.overridden(by), by, NoticeKind.ADVERSE_ACTION, said)


KINDS = {
    "declined": (NoticeKind.ADVERSE_ACTION, scene.declined),
    "declined against the model": (NoticeKind.ADVERSE_ACTION, overridden),
    "counter-offer": (NoticeKind.COUNTER_OFFER, counter_offered),
    "incomplete": (NoticeKind.INCOMPLETENESS, incomplete),
    "explanation": (NoticeKind.EXPLANATION, scene.declined),
}


@pytest.mark.django_db
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("kind", KINDS)
def test_it_is_proved_from_its_files_alone(kind, place, officer, tmp_path, capsys):
    promotion_scene.live(factories.SOURCE.replace(PLACES["EU, DE"], PLACES[place]))
    of, decided = KINDS[kind]
    notice = scene.issued(decided(officer), officer, kind=of)
    auditor = factories.user("auditor").username
    asked = ("export_notice", str(notice.pk), "--by", auditor, "--out", tmp_path)
    call_command(*asked, stdout=StringIO())
    file = tmp_path / f"notice-{notice.pk}"
    record, bundle, *letters = (
        str(file.with_suffix(ending)) for ending in (".json", ".bundle.zip", ".pdf", ".html")
    )

    found = verify.main(
        [record, bundle, *(part for each in letters for part in ("--document", each))]
    )

    assert found == 0, capsys.readouterr().out
