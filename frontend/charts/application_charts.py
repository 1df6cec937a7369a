"""What is drawn on an application's page."""

from functools import partial
from typing import Any

from credit.queries.applications import ApplicationDetail
from frontend.charts.dots import dots
from frontend.charts.score_scale import score_scale
from frontend.charts.waterfall import waterfall
from frontend.recommendation_words import because
from scoring.points import to_points


def draw(application: ApplicationDetail) -> dict[str, Any]:
    """Lay out the charts, by the name their template knows them by; none without a score."""
    given = {reason.feature: reason.points for reason in application.reasons}
    details = [(feature, given.get(feature.name)) for feature in application.features]
    if (
        application.pd is None
        or application.points is None
        or application.score is None
        or application.base_points is None
    ):
        return {"details": details}
    return {
        "details": details,
        "because": because(
            application.recommendation,
            pd=application.pd,
            approve_pd_at_most=application.approve_pd_at_most,
            decline_pd_at_least=application.decline_pd_at_least,
            passes_policy=all(rule.passed for rule in application.policy),
        ),
        "dots": dots(application.pd),
        "scale": score_scale(
            bands=application.bands,
            approve_pd_at_most=application.approve_pd_at_most,
            decline_pd_at_least=application.decline_pd_at_least,
            points=application.points,
            score=application.score,
            to_points=partial(to_points, scale=application.scale),
        ),
        "waterfall": waterfall(
            application.reasons,
            base_points=application.base_points,
            points=application.points,
            cuts=[
                to_points(pd, scale=application.scale)
                for pd in (application.approve_pd_at_most, application.decline_pd_at_least)
            ],
        ),
    }
