"""What left stays as it was; partners see nothing of it; a month takes it along."""

import factories
import pytest
from django.db import DatabaseError, connection, transaction
from django.db.utils import IntegrityError
from notices_scene import LATER, asked, declined, issued, overridden, refused

from credit.actions import notices
from credit.models import Notice, NoticeFailure, NoticeKind, NoticeWording, ReviewRequest
from credit.tenancy import rows_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("champion")]


@pytest.fixture
def rows(officer):
    """Leave one row in each table."""
    issued(declined(officer), officer)
    decision = overridden(officer)
    refused(decision, officer)
    notices.state(
        decision_id=decision.pk,
        kind=NoticeKind.ADVERSE_ACTION,
        reasons=["The payslips are not of the applicant"],
        by=officer,
        at=LATER,
    )
    return asked(decision, officer)


@pytest.mark.parametrize("model", [Notice, NoticeFailure, NoticeWording])
@pytest.mark.parametrize("statement", ["UPDATE {} SET decision_id = decision_id", "DELETE FROM {}"])
def test_what_was_written_is_never_changed(rows, model, statement):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(model._meta.db_table))

    assert model.objects.exists()


@pytest.mark.parametrize("change", ["words = 'x'", "due_on = '2030-01-01'"])
def test_a_request_keeps_what_it_says(rows, change):
    with (
        pytest.raises(DatabaseError, match="answered, once"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE credit_reviewrequest SET {change}")  # noqa: S608 - both above


@pytest.mark.parametrize("model", [Notice, NoticeFailure, NoticeWording, ReviewRequest])
def test_partners_see_nothing_of_it(rows, model):
    assert model.objects.exists()
    with rows_of(factories.partner()):
        assert not model.objects.exists()


@pytest.mark.parametrize(
    ("model", "changes", "name"),
    [
        (Notice, {"number": 2, "why_again": ""}, "notice_again_says_why"),
        (Notice, {}, "notice_numbered_by_kind"),
        (NoticeFailure, {"problems": []}, "notice_failure_says_why"),
        (NoticeWording, {"reasons": []}, "notice_wording_says_something"),
        (ReviewRequest, {}, "review_request_one_open"),
        (ReviewRequest, {"words": ""}, "review_request_has_words"),
        (ReviewRequest, {"outcome": "upheld"}, "review_request_answered_or_not"),
    ],
)
def test_rows_that_cannot_be_are_refused(rows, model, changes, name):
    row = model.objects.order_by("pk").first()
    row.pk = None
    for field, value in changes.items():
        setattr(row, field, value)

    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        row.save(force_insert=True)
