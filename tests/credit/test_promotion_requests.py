"""A promotion is asked for by one person and answered by another; one at a time a product."""

import factories
import promotion_scene as scene
import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from credit.actions import model_versions, promotion_steps, promotions, version_comments
from credit.actions.refusals import NotAllowed
from credit.models import AuditEvent, PromotionRequest

AT = factories.AT
State = PromotionRequest.State


@pytest.fixture
def live(db, own_store):
    return scene.live()


@pytest.fixture
def candidate(live):
    return scene.candidate_of(live)


@pytest.fixture
def asked(candidate, developer):
    return scene.asked(candidate, developer)


def answer(request, by, act=promotions.approve):
    return act(request_id=request.pk, by=by, at=AT, words="Read and agreed.")


# --- Asking


@pytest.mark.parametrize("role", ["model_developer", "model_validator"])
def test_a_developer_or_validator_asks(candidate, role):
    by = factories.user(role)

    made = scene.asked(candidate, by, at=AT)

    assert (made.state, made.requested_by, made.requested_at) == ("open", by, AT)
    event = AuditEvent.objects.get(type=AuditEvent.Type.PROMOTION_REQUESTED)
    assert (event.user, event.target) == (by, f"model:{candidate.name}")


@pytest.mark.parametrize("role", ["officer", "compliance", "auditor", "administrator"])
def test_nobody_else_asks(candidate, role):
    with pytest.raises(NotAllowed, match="may ask for a promotion"):
        scene.asked(candidate, factories.user(role))


def test_words_are_needed(candidate, developer):
    with pytest.raises(promotions.WhyMissing):
        promotions.request(version_id=candidate.pk, by=developer, at=AT, why="  ")


def test_only_what_does_not_serve_can_be_asked_for(live, developer):
    with pytest.raises(promotions.RequestDenied, match="is champion: only a candidate or a shadow"):
        scene.asked(live, developer)


def test_one_is_under_way_at_a_time(live, asked, developer):
    other = scene.candidate_of(live, content=scene.released(live.contract.read(), less=0.1))

    with pytest.raises(promotions.RequestUnderWay, match="asked for consumer-loan/2 already"):
        scene.asked(other, developer)


# --- Answering


def test_a_validator_who_did_neither_approves(asked, validator):
    found = answer(asked, validator)

    assert (found.state, found.answered_by, found.answer) == (
        *("approved", validator),
        "Read and agreed.",
    )
    event = AuditEvent.objects.get(type=AuditEvent.Type.PROMOTION_APPROVED)
    assert (event.user, event.details["words"]) == (validator, "Read and agreed.")


def test_or_refuses_with_words_and_it_is_over(asked, candidate, validator, developer):
    found = answer(asked, validator, promotions.refuse)

    assert (found.state, found.ended_at, found.ended_by) == ("refused", AT, validator)
    assert AuditEvent.objects.filter(type=AuditEvent.Type.PROMOTION_REFUSED).exists()
    assert scene.asked(candidate, developer).state == "open"


@pytest.mark.parametrize("act", [promotions.approve, promotions.refuse])
@pytest.mark.parametrize("role", ["model_developer", "officer", "compliance", "administrator"])
def test_nobody_else_answers(asked, role, act):
    with pytest.raises(NotAllowed, match="Only a model validator"):
        answer(asked, factories.user(role), act)


def test_who_asked_does_not_answer(candidate, validator):
    request = scene.asked(candidate, validator)

    with pytest.raises(promotions.NeedsAnother, match="other than who asked"):
        answer(request, validator)


def test_who_trained_it_does_not_answer(live, validator, developer):
    own = scene.candidate_of(live, trained_by=validator)
    request = scene.asked(own, developer)

    with pytest.raises(NotAllowed, match="other than its trainer"):
        answer(request, validator)


def test_an_answer_needs_words(asked, validator):
    with pytest.raises(promotions.WhyMissing):
        promotions.approve(request_id=asked.pk, by=validator, at=AT, words="")


def test_an_open_comment_stands_in_the_way(asked, candidate, developer, validator):
    version_comments.add(version_id=candidate.pk, words="Why so bold?", by=developer, at=AT)

    with pytest.raises(promotions.ApprovalDenied, match="comments that nobody resolved: 1"):
        answer(asked, validator)


def test_so_does_a_failed_gate(live, developer, validator):
    version = scene.candidate_of(live, gates=[scene.FAILED])

    with pytest.raises(promotions.ApprovalDenied, match="did not pass: stability"):
        answer(scene.asked(version, developer), validator)


def test_and_a_bundle_that_is_gone(asked, own_store, validator):
    for file in own_store.rglob("*.zip"):
        file.unlink()

    with pytest.raises(promotions.ApprovalDenied, match="cannot serve"):
        answer(asked, validator)


@pytest.mark.parametrize("act", [promotions.approve, promotions.refuse])
def test_it_is_answered_once(asked, validator, act):
    answer(asked, validator)

    with pytest.raises(promotions.RequestAnswered, match="is approved already"):
        answer(asked, factories.user("model_validator"), act)


def test_of_two_requests_and_of_two_answers_at_once_one_counts(committed, at_once):
    live = scene.live()
    versions = [
        scene.candidate_of(live, content=scene.released(live.contract.read(), less=less))
        for less in (0.1, 0.2)
    ]
    validators = [factories.user("model_validator") for _ in range(2)]

    requests = at_once(scene.asked, versions)
    made = next(each for each in requests if isinstance(each, PromotionRequest))
    answers = at_once(lambda by: answer(made, by), validators)

    assert sorted(type(each).__name__ for each in requests) == [
        "PromotionRequest",
        "RequestUnderWay",
    ]
    assert sorted(type(each).__name__ for each in answers) == [
        "PromotionRequest",
        "RequestAnswered",
    ]


# --- Ending


@pytest.mark.parametrize("is_approved", [False, True])
def test_who_asked_withdraws(asked, developer, validator, is_approved):
    if is_approved:
        answer(asked, validator)

    found = promotions.withdraw(request_id=asked.pk, by=developer, at=AT, words="Wrong file.")

    assert (found.state, found.ended_by, found.ending) == ("withdrawn", developer, "Wrong file.")
    assert AuditEvent.objects.filter(type=AuditEvent.Type.PROMOTION_ENDED).exists()


def test_so_does_any_validator_but_no_other_developer(asked, validator):
    with pytest.raises(NotAllowed, match="Only who asked for it or a model validator"):
        answer(asked, factories.user("model_developer"), promotions.withdraw)

    assert answer(asked, validator, promotions.withdraw).state == "withdrawn"


def test_what_is_over_is_not_withdrawn(asked, developer, validator):
    answer(asked, validator, promotions.refuse)

    with pytest.raises(promotions.RequestAnswered, match="is refused already"):
        answer(asked, developer, promotions.withdraw)


def test_a_promotion_that_overtakes_it_supersedes_it(db, own_store, validator):
    live = scene.live(factories.SOURCE)
    request = scene.asked(scene.candidate_of(live))
    other = scene.candidate_of(live, content=scene.released(less=0.1))

    scene.promoted_directly(other, validator)

    request.refresh_from_db()
    assert (request.state, request.ended_by) == ("superseded", validator)


def test_retiring_the_version_withdraws_it(asked, candidate, validator):
    model_versions.retire(version_id=candidate.pk, by=validator, at=AT, note="Worse after all.")

    asked.refresh_from_db()
    assert (asked.state, asked.ending) == ("withdrawn", "Worse after all.")


# --- What the database keeps


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"answered_by": "requested_by"}, "four_eyes"),
        ({"state": "approved"}, "answered_with_words"),
        ({"state": "withdrawn"}, "ended_or_under_way"),
        ({"ended_at": AT}, "ended_or_under_way"),
        ({"why": ""}, "never changes"),
    ],
)
def test_the_database_refuses_what_may_never_be(asked, changes, constraint):
    if "answered_by" in changes:
        changes = {"answered_by": asked.requested_by, "answered_at": AT, "answer": "Mine."}
    rows = PromotionRequest.objects.filter(pk=asked.pk)

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        rows.update(**changes)


def test_what_was_said_stays_as_it_was_said(asked, validator):
    answer(asked, validator)
    rows = PromotionRequest.objects.filter(pk=asked.pk)

    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        rows.update(answer="Only if the loans of 2026 are in it.")
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        rows.delete()


def test_a_request_says_why(candidate, developer):
    with pytest.raises(IntegrityError, match="says_why"):
        PromotionRequest.objects.create(
            product=candidate.product,
            version=candidate,
            requested_by=developer,
            requested_at=AT,
            why="",
        )


def test_and_a_second_one_under_way(asked, developer):
    with pytest.raises(IntegrityError, match="one_under_way"):
        PromotionRequest.objects.create(
            product=asked.product,
            version=asked.version,
            requested_by=developer,
            requested_at=AT,
            why="Again.",
        )


def test_a_step_needs_an_approval(asked, candidate, validator):
    with pytest.raises(promotion_steps.StepDenied, match="no request that another validator"):
        scene.step(candidate, AT, validator)
