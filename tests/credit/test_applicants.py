"""Who applies is kept for letters and for finding an application, apart from all that is scored."""

import json

import factories
import pytest

from credit import tenancy
from credit.actions import batch_runs
from credit.models import Applicant, Application, AuditEvent, Decision
from scoring.features import InputRefused

ADA = {"name": "Ada Lovelace", "address": "1 High Street\nLondon"}


def test_a_name_and_an_address_are_stored_with_the_application(champion):
    partner = factories.partner()

    made = factories.decide(partner=partner, idempotency=factories.idempotency(), applicant=ADA)

    kept = Applicant.objects.get()
    assert (kept.application_id, kept.partner) == (made.decision_id, partner)
    assert {"name": kept.name, "address": kept.address} == ADA


def test_an_applicant_need_not_be_named(champion):
    factories.decide()

    assert not Applicant.objects.exists()


@pytest.mark.parametrize(
    "name",
    [
        "محمد بن موسى الخوارزمي",  # letters alone, from right to left
        "می\u200cخواهم",  # noqa: RUF001 - Persian joins and parts letters with a sign of its own
        "Nguyễn Thị Minh Khai",
        "O'Brien-Smith, Jr.",
        "A" * 200,
    ],
)
def test_names_are_taken_as_people_write_them(champion, name):
    factories.decide(applicant={"name": name})

    kept = Applicant.objects.get()
    assert (kept.name, kept.address) == (name, "")


def test_an_address_says_how_its_lines_end(champion):
    with pytest.raises(InputRefused, match=r"/applicant/address: .* \\n alone between its lines"):
        factories.decide(applicant=ADA | {"address": "1 High Street\r\nLondon"})
    with pytest.raises(InputRefused, match=r"/applicant/name: must be .* at its ends$"):
        factories.decide(applicant={"name": "Ada\nLovelace"})


def test_who_applies_changes_nothing_about_the_decision(champion):
    named, unnamed = factories.decide(applicant=ADA).answer, factories.decide().answer

    assert named | {"id": ""} == unnamed | {"id": ""}


def test_neither_answer_nor_audit_trail_nor_features_hold_a_name(champion):
    made = factories.decide(applicant=ADA)

    written = [
        made.text,
        *(json.dumps(each) for each in AuditEvent.objects.values_list("details", flat=True)),
        *(json.dumps(each) for each in Application.objects.values_list("features", flat=True)),
        str(Applicant.objects.get()),
    ]
    assert not [text for text in written if "Ada" in text or "High Street" in text]


def test_a_partner_sees_its_own_applicants_alone(champion):
    mine, other = factories.partner("bank-one"), factories.partner("bank-two")
    factories.decide(partner=mine, idempotency=factories.idempotency(), applicant=ADA)

    with tenancy.rows_of(other):
        assert not Applicant.objects.exists()
    with tenancy.rows_of(mine):
        assert Applicant.objects.count() == 1


def test_a_refused_name_stores_nothing(champion):
    with pytest.raises(InputRefused):
        factories.decide(applicant={"name": " Ada"})

    assert not Application.objects.exists()


def test_rows_of_a_batch_are_named_each_for_itself(champion):
    factories.batch(
        factories.ndjson(
            factories.body(applicant=ADA), factories.body(), factories.body(applicant={"name": "B"})
        )
    )

    batch_runs.work(clock=lambda: factories.AT)

    assert Decision.objects.count() == 3
    names = Applicant.objects.order_by("pk").values_list("name", "address")
    assert list(names) == [("Ada Lovelace", ADA["address"]), ("B", "")]
