"""A canary is counted, watched, and halts itself."""

from datetime import timedelta

import factories
import promotion_scene as scene
import pytest
from django.db import IntegrityError, ProgrammingError, transaction
from of_a_canary import AT, T0, decide

from credit import canary_evidence, ladder, serving
from credit.actions import alerts, canaries, outcomes, promotion_steps, stage_moves
from credit.models import Alert, AuditEvent, CanaryCheck, CanaryMinute, Decision, StageChange

LATER = AT + timedelta(minutes=5)


def test_beat_hears_of_a_canary_and_of_no_other_version(live):
    assert not canaries.is_any_running()

    scene.canary_of(live, at=T0)

    assert canaries.is_any_running()


# --- Counting


def test_what_is_its_own_is_counted_by_the_minute(canary, offered):
    own, other = (scene.references(canary, own=own, n=2) for own in (True, False))
    for reference in own + other:
        decide(reference)

    scene.work_off(offered)
    scene.work_off(offered[:1])

    minute = CanaryMinute.objects.get()
    assert minute.at == AT.replace(second=0, microsecond=0)
    assert (minute.tried, minute.failed, minute.timed) == (3, 0, 3)


def test_a_slow_one_is_counted_by_the_policys_limit(canary, offered, monkeypatch):
    ticks = iter([0.0, 0.2])
    monkeypatch.setattr(ladder.time, "perf_counter", lambda: next(ticks))

    decide(scene.references(canary, own=True, n=1)[0])

    assert [(each.is_timed, each.is_slow) for each in offered] == [(True, True)]


def test_the_database_keeps_parts_of_wholes(canary):
    with pytest.raises(IntegrityError, match="canary_minute_parts"):
        scene.counted(canary, AT, tried=1, failed=2)


# --- Watching


def test_nothing_is_written_where_nothing_is_new(canary, offered):
    decide(scene.references(canary, own=True, n=1)[0])

    first, second = canaries.watch(at=LATER), canaries.watch(at=LATER + timedelta(minutes=1))

    assert (len(first), second) == (1, [])
    assert first[0].seen["decided"] == 1
    assert not first[0].is_halted


def test_each_look_counts_what_came_since_the_one_before(canary, offered):
    own, other = (scene.references(canary, own=own, n=4) for own in (True, False))
    for reference in own[:2] + other[:1]:
        decide(reference)
    canaries.watch(at=LATER)
    for reference in own[2:] + other[1:]:
        decide(reference, at=LATER)

    (check,) = canaries.watch(at=LATER + timedelta(minutes=5))

    assert (check.seen["decided"], check.seen["champion_decided"]) == (4, 4)
    assert (
        check.seen["approved"]
        == Decision.objects.filter(
            recommendation="approve", application__score__route="canary"
        ).count()
    )


def test_what_came_before_it_began_is_not_its(live, offered):
    decide("before", at=T0 - timedelta(hours=1))
    canary = scene.canary_of(live, at=T0)
    decide(scene.references(canary, own=False, n=1)[0])

    (check,) = canaries.watch(at=LATER)

    assert check.seen["champion_decided"] == 1


def test_bad_loans_known_early_are_held_against_both_models_pds(canary, offered, officer):
    def granted(reference, *, is_bad):
        made = factories.decide(reference=reference, **factories.AUTOMATIC)
        assert made.answer["status"] == "approved"
        if is_bad:
            outcomes.report(
                decision_id=made.decision_id,
                is_bad=True,
                observed_on=AT.date(),
                by=officer,
                at=LATER,
            )
        return made.answer["pd"]

    own, other = (scene.references(canary, own=own, n=2) for own in (True, False))
    pds = [granted(own[0], is_bad=True), granted(own[1], is_bad=False)]
    champions = [granted(other[0], is_bad=True), granted(other[1], is_bad=False)]

    (check,) = canaries.watch(at=LATER + timedelta(hours=1))

    assert (check.seen["bads"], check.seen["champion_bads"]) == (1, 1)
    assert check.seen["expected_bads"] == pytest.approx(sum(pds))
    assert check.seen["champion_expected_bads"] == pytest.approx(sum(champions))


# --- Halting


def halted(canary):
    (check,) = canaries.watch(at=LATER)
    canary.refresh_from_db()
    return check


def test_one_that_cannot_score_halts_itself_and_says_why(canary):
    scene.counted(canary, AT, tried=20, failed=12)

    check = halted(canary)

    assert check.is_halted
    assert canary.stage == "candidate"
    assert serving.terms("consumer-loan", at=LATER).canary is None
    request = canary.promotions.get()
    assert (request.state, request.ended_by) == ("halted", None)
    assert "it could not score 60.0% of its applications" in request.ending
    event = AuditEvent.objects.get(type=AuditEvent.Type.CANARY_HALTED)
    assert (event.user, event.target) == (None, f"model:{canary.name}")
    alert = Alert.objects.get(cause="canary_halted")
    assert alert.message.startswith(f"The canary {canary.name} halted itself: it could not score")
    change = StageChange.objects.filter(version=canary).last()
    assert (change.stage, change.by, change.note) == ("candidate", None, request.ending)


def _failed(version, *, at=AT, cause="engine_failed"):
    return alerts.raise_alert(
        cause=cause, product=version.product, version=version, message="It raised.", at=at
    )


def test_the_alert_of_what_it_failed_with_is_named_and_passes(canary):
    failed = _failed(canary)
    scene.counted(canary, AT, tried=20, failed=12)

    halted(canary)

    halt = Alert.objects.get(cause="canary_halted")
    assert halt.message.endswith("another alert of this product: “A model failed”.")
    failed.refresh_from_db()
    assert failed.cleared_at == LATER
    step = failed.steps.get()
    assert (step.kind, step.words) == ("cleared", halt.message.partition(" What it")[0])


def test_the_alert_of_its_file_is_named_and_stays(canary):
    failed = _failed(canary, cause="bundle_refused")
    scene.counted(canary, AT, tried=20, failed=12)

    halted(canary)

    assert "is not the registered one”" in Alert.objects.get(cause="canary_halted").message
    failed.refresh_from_db()
    assert failed.cleared_at is None


def test_the_alert_of_what_the_champion_failed_with_stays(live, canary):
    failed = _failed(live)
    scene.counted(canary, AT, tried=20, failed=12)

    halted(canary)

    failed.refresh_from_db()
    assert failed.cleared_at is None
    assert "another alert" not in Alert.objects.get(cause="canary_halted").message


def test_so_does_one_that_is_slow(canary):
    scene.counted(canary, AT, tried=40, timed=40, slow=20)

    assert halted(canary).is_halted
    assert canary.stage == "candidate"


def test_a_share_of_approvals_that_leaves_its_limits_halts_it(canary, offered, monkeypatch):
    rows = {canary_evidence._DECIDED: (80, 78, 700, 200)}
    before = canary_evidence._row
    monkeypatch.setattr(
        canary_evidence, "_row", lambda sql, values: rows.get(sql) or before(sql, values)
    )

    check = halted(canary)

    assert check.is_halted
    assert "its share of approvals is +68.9 points" in canary.promotions.get().ending


def test_one_within_its_limits_goes_on(canary):
    scene.counted(canary, AT, tried=500, failed=2, timed=498, slow=3)

    assert not halted(canary).is_halted
    assert canary.stage == "canary"


def test_it_needs_a_new_request_and_begins_anew(canary, validator):
    scene.counted(canary, AT, tried=20, failed=12)
    halted(canary)

    scene.approved(canary, at=LATER)
    scene.step(canary, LATER)
    again = scene.step(canary, LATER + timedelta(hours=1))

    assert again.stage == "canary"
    assert canaries.watch(at=LATER + timedelta(hours=2))[0].seen["tried"] == 0


def test_one_taken_back_in_the_meantime_is_left_alone(canary, validator, monkeypatch):
    scene.counted(canary, AT, tried=20, failed=12)
    before = stage_moves.locked

    def taken_back(version_id):
        monkeypatch.setattr(stage_moves, "locked", before)
        promotion_steps.take_back(product_id=canary.product_id, by=validator, at=LATER)
        return before(version_id)

    monkeypatch.setattr(stage_moves, "locked", taken_back)
    (check,) = canaries.watch(at=LATER)

    assert not check.is_halted
    assert not AuditEvent.objects.filter(type=AuditEvent.Type.CANARY_HALTED).exists()


@pytest.mark.parametrize("change", ["update", "delete"])
def test_what_was_seen_is_never_changed(canary, change):
    scene.counted(canary, AT, tried=1)
    canaries.watch(at=LATER)
    rows = CanaryCheck.objects.all()

    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        rows.delete() if change == "delete" else rows.update(is_halted=True)
