"""A canary begins, is promoted and taken back while applications are decided, with real commits."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import factories
import promotion_scene as scene
from django.db import connections, transaction
from django.utils import timezone

from credit.actions import canary_minutes, model_versions, populations, shadow_scores, stage_moves
from credit.models import Score
from monitoring.fairness import reports
from monitoring.mirror import making


def test_what_is_decided_all_the_while_is_by_a_model_in_force_and_stored_as_told(
    committed, monkeypatch
):
    # Their threads would keep a connection to a database that is gone afterwards.
    for queue in (shadow_scores._queue, canary_minutes._queue):
        monkeypatch.setattr(queue, "offer", lambda _: None)
    live = scene.live(factories.SOURCE)
    version = scene.candidate_of(live)
    scene.approved(version)
    scene.step(version, factories.BEFORE)
    validator = factories.user("model_validator")

    def decide_some(name):
        try:
            return [
                factories.decide(at=timezone.now(), reference=f"{name}-{i}").answer
                for i in range(40)
            ]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(3) as pool:
        told = [pool.submit(decide_some, name) for name in "abc"]
        scene.step(version, timezone.now(), validator)
        scene.step(version, timezone.now(), validator)
        model_versions.roll_back(
            product_id=live.product_id,
            instead_of=version.name,
            by=validator,
            at=timezone.now(),
        )
    answers = [answer for each in told for answer in each.result()]

    assert {each["model"]["version"] for each in answers} <= {live.name, version.name}
    stored = Score.objects.select_related("model_version__product").in_bulk()
    for each in answers:
        score = stored[each["id"]]
        assert (score.model_version.name, score.route) == (
            each["model"]["version"],
            each["model"]["served_as"],
        )
    after = factories.decide(at=timezone.now() + timedelta(seconds=1)).answer["model"]
    assert (after["version"], after["served_as"]) == (live.name, "champion")


def test_who_signs_holds_up_nobody_who_writes_a_row_that_names_the_version(committed):
    live, other = scene.live(factories.SOURCE), connections.create_connection("default")
    names_both = """
        SELECT FROM credit_product product
        JOIN credit_modelversion version ON version.product_id = product.id
        FOR KEY SHARE NOWAIT
    """

    try:
        with transaction.atomic(), other.cursor() as cursor:
            stage_moves.locked(live.pk)
            cursor.execute(names_both)
            assert cursor.rowcount > 0
    finally:
        other.close()


def test_what_takes_minutes_holds_up_nobody_who_rolls_back(committed, monkeypatch):
    monkeypatch.setattr(reports, "make", lambda **_: "a report")
    live, other = scene.live(factories.SOURCE), connections.create_connection("default")
    month, at = date(2026, 9, 1), timezone.now()
    holds_both = """
        SELECT FROM credit_product product
        JOIN credit_modelversion version ON version.product_id = product.id
        FOR NO KEY UPDATE NOWAIT
    """

    try:
        with transaction.atomic(), other.cursor() as cursor:
            assert making.make(product=live.product, month=month, at=at)
            assert reports.make_once(version=live, at=at)
            populations.count_groups(product_id=live.product_id, month=month, at=at)
            cursor.execute(holds_both)
            assert cursor.rowcount > 0
    finally:
        other.close()
