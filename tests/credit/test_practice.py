"""Officers practise on past loans; what they say is graded, and touches nothing else."""

from datetime import timedelta

import factories
import polars as pl
import pytest
from django.db import IntegrityError, transaction

from credit import store
from credit.actions import practice, snapshots
from credit.actions.ingestions import PARQUET, to_parquet
from credit.actions.refusals import NotAllowed
from credit.models import (
    Application,
    AuditEvent,
    ModelVersion,
    OfficerDecision,
    PracticeAnswer,
    PracticeCase,
    Role,
)
from credit.queries import practice as graded

AT = factories.AT
pytestmark = pytest.mark.django_db


@pytest.fixture
def prepared(champion):
    """Promote a version with out-of-fold PDs, which the hand-made one has not, and lay it out."""
    folds = snapshots.read(champion.snapshot).select("row", "bad", pd=pl.lit(0.3))
    candidate = factories.model_version(
        contract=champion.contract,
        snapshot=champion.snapshot,
        bundle_hash=champion.bundle_hash,
        validation_sha256=store.put(to_parquet(folds), PARQUET),
    )
    factories.promoted(candidate)
    assert practice.prepare(product_id=champion.product_id, at=AT) == practice.CASES
    return champion.product_id


@pytest.fixture
def go(prepared, officer):
    """Let an officer answer so many cases, each a minute after the other, and give the last."""

    def answer(times, said=0.3, *, by=officer, first=0):
        for number in range(first, first + times):
            at = AT + timedelta(minutes=number)
            shown = practice.show_next(product_id=prepared, by=by, at=at)
            last = practice.answer(answer_id=shown.pk, said=said, by=by, at=at)
        return last

    return answer


def test_cases_are_laid_out_once_for_each_champion(prepared):
    assert practice.prepare(product_id=prepared, at=AT) == 0
    assert AuditEvent.objects.filter(type="practice_prepared").count() == 1


def test_a_case_holds_features_and_no_protected_attribute(prepared):
    case = PracticeCase.objects.first()

    assert set(case.features) == set(factories.CONTRACT.feature_names)
    assert case.row.startswith("ingestion:")


def test_the_same_loans_are_drawn_again(prepared):
    version = ModelVersion.objects.get(stage="champion")
    rows = [case.row for case in PracticeCase.objects.order_by("pk")]

    assert [case.row for case in practice._drawn(version)] == rows


def test_a_product_without_a_champion_has_none(champion):
    ModelVersion.objects.filter(pk=champion.pk).update(stage="retired")

    assert practice.prepare(product_id=champion.product_id, at=AT) == 0


def test_a_case_stays_open_until_it_is_answered(prepared, officer):
    first = practice.show_next(product_id=prepared, by=officer, at=AT)

    assert practice.show_next(product_id=prepared, by=officer, at=AT).pk == first.pk
    shown = graded.open_case(officer)
    assert (shown.pd, shown.is_bad, shown.number) == (None, None, 1)


def test_officers_see_cases_in_orders_of_their_own(go, officer):
    other = factories.user(Role.OFFICER)
    go(4)
    go(4, by=other)

    mine, theirs = (
        [*PracticeAnswer.objects.filter(officer=by).order_by("pk").values_list("case", flat=True)]
        for by in (officer, other)
    )

    assert mine != theirs


def test_the_truth_is_told_after_the_answer_and_to_nobody_else(go, officer):
    given = go(1, said=0.7)

    told = graded.answered(given.pk, viewer=officer)
    assert (told.said, told.pd, told.is_bad) == (0.7, 0.3, given.case.is_bad)
    assert graded.answered(given.pk, viewer=factories.user(Role.OFFICER)) is None


def test_an_answer_is_given_once_by_whom_the_case_was_shown_to(go, officer, prepared):
    given = go(1)

    with pytest.raises(practice.AnsweredAlready):
        practice.answer(answer_id=given.pk, said=0.1, by=officer, at=AT)
    shown = practice.show_next(product_id=prepared, by=officer, at=AT)
    with pytest.raises(PracticeAnswer.DoesNotExist):
        practice.answer(answer_id=shown.pk, said=0.1, by=factories.user(Role.OFFICER), at=AT)
    with pytest.raises(practice.NoChance):
        practice.answer(answer_id=shown.pk, said=1.01, by=officer, at=AT)


def test_now_and_then_a_case_comes_again_and_does_not_say_so(go, officer):
    go(14)

    shown = list(PracticeAnswer.objects.order_by("shown_at").values_list("repeats", flat=True))
    repeats = [number for number, before in enumerate(shown) if before is not None]
    assert repeats == [6, 12]
    again = PracticeAnswer.objects.exclude(repeats=None).first()
    assert again.case_id == again.repeats.case_id
    assert not hasattr(graded.answered(again.pk, viewer=officer), "repeats")


def test_grades_count_first_answers_and_compare_repeats(go, officer):
    go(24, said=0.3)

    found = graded.grades(officer)

    assert (found.n, found.repeats, found.moved) == (21, 3, 0.0)
    assert found.own == found.model
    assert found.difference.mean == 0
    assert found.own.low < found.own.mean < found.own.high
    (of_thirty,) = [each for each in found.bins if each.n]
    assert (of_thirty.low, of_thirty.n) == (0.2, 21)
    assert of_thirty.interval.low < of_thirty.share < of_thirty.interval.high


def test_few_answers_are_insufficient_evidence(go, officer):
    go(9)

    found = graded.grades(officer)

    assert found.own is None
    assert all(each.interval is None for each in found.bins)


def test_a_certain_answer_falls_into_the_last_bin(go, officer):
    go(1, said=1.0)

    assert [each.n for each in graded.grades(officer).bins] == [0, 0, 0, 0, 1]


def test_when_all_was_seen_there_is_nothing_left(prepared, officer, monkeypatch):
    PracticeCase.objects.order_by("pk").first()
    with pytest.raises(practice.NothingToPractise):
        practice.show_next(product_id=prepared + 1, by=officer, at=AT)


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.OFFICER, Role.SENIOR_OFFICER}))
def test_only_officers_practise(role, prepared):
    with pytest.raises(NotAllowed):
        practice.show_next(product_id=prepared, by=factories.user(role), at=AT)


def test_practising_touches_no_application(go):
    go(8)

    assert not Application.objects.exists()
    assert not OfficerDecision.objects.exists()


def test_the_database_keeps_what_was_said(go, officer):
    given = go(1)

    with pytest.raises(IntegrityError, match="given once"), transaction.atomic():
        PracticeAnswer.objects.update(said=0.1)
    for said, answered_at, constraint in (
        (2.0, AT, "whole_or_open"),
        (0.5, None, "whole_or_open"),
        (0.5, AT - timedelta(days=1), "after_showing"),
    ):
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            PracticeAnswer.objects.create(
                case=given.case, officer=officer, shown_at=AT, answered_at=answered_at, said=said
            )
    PracticeAnswer.objects.create(case=given.case, officer=officer, shown_at=AT)
    with pytest.raises(IntegrityError, match="one_open_case"), transaction.atomic():
        PracticeAnswer.objects.create(case=given.case, officer=officer, shown_at=AT)


def test_a_case_is_a_share_and_laid_out_once(prepared):
    case = PracticeCase.objects.first()

    for values, constraint in (({"row": case.row}, "practice_case_once"), ({"pd": 1.5}, "share")):
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            PracticeCase.objects.create(
                **{"row": "x", "pd": 0.5, **values},
                version=case.version,
                features={},
                is_bad=False,
            )
