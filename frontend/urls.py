from collections.abc import Callable
from typing import Any

from django.urls import URLPattern, path

from frontend.access import guard
from frontend.views import (
    accounts,
    alerts,
    applications,
    audit,
    fairness,
    ingestions,
    models,
    notices,
    queue,
    registry,
    reviews,
    webhooks,
)


def _page(route: str, view: Callable[..., Any], name: str) -> URLPattern:
    return path(route, guard(name, view), name=name)


urlpatterns = [
    _page("sign-in/", accounts.sign_in, "sign_in"),
    _page("sign-out/", accounts.sign_out, "sign_out"),
    _page("", queue.index, "queue"),
    _page("applications/<str:decision_id>/", applications.detail, "application"),
    _page("applications/<str:decision_id>/feedback/", applications.feedback, "feedback"),
    _page("notices/", notices.index, "notices"),
    _page("notices/<str:decision_id>/", notices.detail, "notice"),
    _page("notices/left/<int:notice_id>/", notices.left, "notice_left"),
    _page("notices/left/<int:notice_id>/<str:form>", notices.file, "notice_file"),
    _page("reviews/", reviews.index, "reviews"),
    _page("reviews/<int:review_id>/", reviews.detail, "review"),
    _page("console/", models.console, "console"),
    _page("console/models/<int:version_id>/", models.detail, "model"),
    _page("console/models/<int:version_id>/comments/", registry.comment, "comment"),
    _page("console/<slug:product>/inventory/", registry.inventory, "inventory"),
    _page("console/<slug:product>/history/", registry.history, "registry"),
    _page("console/<slug:product>/rollback/", registry.roll_back, "rollback"),
    _page("console/<slug:product>/stop/", registry.stop, "stop"),
    _page("console/data/", ingestions.index, "ingestions"),
    _page("console/data/<int:ingestion_id>/", ingestions.detail, "ingestion"),
    _page("console/data/<int:ingestion_id>/report.json", ingestions.report, "ingestion_report"),
    _page("console/webhooks/", webhooks.index, "webhooks"),
    _page("fairness/", fairness.index, "fairness"),
    _page("alerts/", alerts.index, "alerts"),
    _page("audit/", audit.index, "audit"),
]
