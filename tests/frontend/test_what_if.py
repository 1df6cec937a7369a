"""What if: the served model answers, and nothing of what is tried is kept."""

import factories
import pytest
from page_words import words_of

from credit.models import Application, AuditEvent, Role
from scoring.contract import Kind


@pytest.fixture
def try_out(as_officer, waiting):
    decision = waiting()

    def post(client=as_officer, **changes):
        return client.post(
            f"/applications/{decision.pk}/what-if/", typed(**factories.REFERRED, **changes)
        )

    return post


def typed(**changes):
    """Write a request as a person types it into the contract's form."""
    said = factories.body(**{name: value for name, value in changes.items() if "__" in name})
    fields = {
        "requested-amount": said["requested"]["amount"],
        "requested-term_months": str(said["requested"]["term_months"]),
    }
    for feature in factories.CONTRACT.features:
        value = said["features"][feature.name]
        word = str(value).lower() if feature.kind is Kind.BOOLEAN else str(value)
        fields |= {} if feature.same_as else {f"features-{feature.name}": word}
    return fields | {name: value for name, value in changes.items() if "__" not in name}


def test_the_form_begins_with_what_the_application_states(as_officer, waiting):
    page = as_officer.get(f"/applications/{waiting().pk}/what-if/").content.decode()

    assert 'name="requested-amount" value="4200.00"' in page
    assert 'value="0_to_200" selected' in page
    assert "Nothing is changed yet." in page
    assert "features-amount" not in page  # it follows from what is asked for


def test_before_and_after_stand_beside_each_other_with_the_difference_of_each_reason(try_out):
    page = words_of(try_out(**{"features-checking_status": "200_or_more"}))

    assert "0 to 200 DM \u2192 200 DM or more, or salary paid in for a year" in page
    assert "\u221218.0 +9.0 +27.1" in page
    assert "Refer" in page
    assert "Approve" in page
    assert "as stated: between the cut-offs; if changed: at or above the cut-off." in page


def test_a_score_above_the_cut_off_that_is_referred_all_the_same_says_why(try_out):
    page = words_of(
        try_out(**{"features-checking_status": "200_or_more", "requested-amount": "12000"})
    )

    assert "if changed: a policy rule applies." in page


def test_nothing_is_stored_but_that_it_was_used_once_an_officer_and_day(try_out, signed_in):
    before = Application.objects.count()

    try_out(**{"features-checking_status": "200_or_more"})
    try_out(**{"features-checking_status": "below_0"})

    used = AuditEvent.objects.filter(type=AuditEvent.Type.WHAT_IF_USED)
    assert [event.details for event in used] == [{}]
    assert Application.objects.count() == before
    try_out(client=signed_in(Role.SENIOR_OFFICER))
    assert used.all().count() == 2


def test_looking_at_the_form_is_no_use_of_it(as_officer, waiting):
    as_officer.get(f"/applications/{waiting().pk}/what-if/")

    assert not AuditEvent.objects.filter(type=AuditEvent.Type.WHAT_IF_USED).exists()


@pytest.mark.parametrize(
    ("field", "said", "told"),
    [
        ("requested-amount", "99999", "Must be 100 to 20,000 DEM."),
        ("requested-amount", "12.345", "Write an amount with at most two decimals."),
        ("requested-amount", "", "This is needed."),
        ("requested-term_months", "2.5", "Write a whole number."),
        ("requested-term_months", "soon", "Write a whole number."),
        ("features-residence_years", "9", "Must be 1 to 4 years."),
        ("features-residence_years", "", "This is needed."),
        ("features-housing", "castle", "This is none of the choices."),
        ("features-housing", "", "This is needed."),
    ],
)
def test_what_cannot_be_right_is_named_at_its_field(field, said, told, try_out):
    answer = try_out(**{field: said})
    page = answer.content.decode()

    assert answer.status_code == 422
    place = page.split(f'id="id_{field}_wrong"')[1].split("</div>")[0]
    assert told in place
    result = page.split('id="result"')[1]
    assert told in result  # which is read out


@pytest.mark.parametrize("amount", ["4,200.00", "4 200", "4200"])
def test_a_number_may_be_typed_as_people_write_it(amount, try_out):
    assert "Nothing is changed yet." in words_of(try_out(**{"requested-amount": amount}))


def test_where_no_model_scored_it_none_is_asked(as_officer, unscored):
    decision = unscored()

    page = words_of(as_officer.get(f"/applications/{decision.pk}/what-if/"))

    assert "No model scored this application" in page


def test_a_model_that_has_gone_since_is_said_to_be(as_officer, waiting, own_store):
    decision = waiting()
    from credit import serving  # noqa: PLC0415

    serving._engines.clear()

    page = words_of(as_officer.get(f"/applications/{decision.pk}/what-if/"))

    assert "No model scored this application" in page or "cannot be asked right now" in page


def test_an_application_that_is_not_there_is_404(as_officer, champion):
    assert as_officer.get("/applications/01JDNOTTHERE/what-if/").status_code == 404
