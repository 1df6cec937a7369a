from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.urls import URLPattern, path
from django.views.i18n import set_language

from frontend.access import guard
from frontend.views import (
    accounts,
    alerts,
    applications,
    assignments,
    audit,
    casework,
    cockpit,
    corrections,
    dossiers,
    entries,
    fairness,
    ingestions,
    learning,
    models,
    my_work,
    notices,
    policies,
    practice,
    promotions,
    queue,
    registry,
    reviews,
    signatures,
    simulations,
    styleguide,
    trials,
    webhooks,
)


def _page(route: str, view: Callable[..., Any], name: str) -> URLPattern:
    return path(route, guard(name, view), name=name)


urlpatterns = [
    _page("sign-in/", accounts.sign_in, "sign_in"),
    _page("sign-out/", accounts.sign_out, "sign_out"),
    _page("language/", set_language, "language"),
    _page("", queue.index, "queue"),
    _page("applications/enter/", entries.index, "enter"),
    _page("applications/enter/<slug:product>/", entries.enter, "enter_product"),
    _page("applications/<str:decision_id>/what-if/", trials.what_if, "what_if"),
    _page("applications/<str:decision_id>/correct/", corrections.correct, "correct"),
    _page("applications/<str:decision_id>/", applications.detail, "application"),
    _page("take/", queue.take_next, "take_next"),
    _page("views/", queue.views, "views"),
    _page("my-work/", my_work.index, "my_work"),
    _page("practice/", practice.index, "practice"),
    _page("applications/<str:decision_id>/hold/", assignments.hold, "hold"),
    _page("applications/<str:decision_id>/refer-up/", assignments.refer_up, "refer_up"),
    _page("applications/<str:decision_id>/reassign/", assignments.reassign, "reassign"),
    _page("applications/<str:decision_id>/feedback/", applications.feedback, "feedback"),
    _page("applications/<str:decision_id>/reasons/", casework.reason, "reason_feedback"),
    _page("applications/<str:decision_id>/note/", casework.note, "note"),
    _page("applications/<str:decision_id>/undo/", casework.undo, "undo"),
    _page("applications/<str:decision_id>/ask/", casework.ask, "ask"),
    _page("applications/<str:decision_id>/information/", casework.answered, "information"),
    _page("applications/<str:decision_id>/offer/", casework.offer_answer, "offer_answer"),
    _page("applications/<str:decision_id>/withdraw/", casework.withdraw, "withdraw"),
    _page("applications/<str:decision_id>/signature/", casework.signature, "signature"),
    _page("signatures/", signatures.index, "signatures"),
    _page("notices/", notices.index, "notices"),
    _page("notices/<str:decision_id>/", notices.detail, "notice"),
    _page("notices/left/<int:notice_id>/", notices.left, "notice_left"),
    _page("notices/left/<int:notice_id>/<str:form>", notices.file, "notice_file"),
    _page("reviews/", reviews.index, "reviews"),
    _page("reviews/<int:review_id>/", reviews.detail, "review"),
    _page("console/", models.console, "console"),
    _page("console/models/<int:version_id>/", models.detail, "model"),
    _page("console/models/<int:version_id>/dossier/", dossiers.detail, "dossier"),
    _page("console/models/<int:version_id>/dossier.pdf", dossiers.file, "dossier_file"),
    _page("console/models/<int:version_id>/comments/", registry.comment, "comment"),
    _page("console/promotions/", promotions.index, "promotions"),
    _page("console/models/<int:version_id>/promotion/", promotions.promotion, "promotion"),
    _page("console/models/<int:version_id>/waiver/", promotions.waiver, "waiver"),
    _page("console/<slug:product>/inventory/", registry.inventory, "inventory"),
    _page("console/<slug:product>/history/", registry.history, "registry"),
    _page("console/<slug:product>/time-machine/", simulations.detail, "simulation"),
    _page("console/<slug:product>/rollback/", registry.roll_back, "rollback"),
    _page("console/<slug:product>/stop/", registry.stop, "stop"),
    _page("console/policies/", policies.index, "policies"),
    _page("console/policies/<slug:product>/try/", cockpit.index, "policy_try"),
    _page("console/policies/<slug:product>/propose/", policies.propose, "policy_new"),
    _page("console/policies/proposals/<int:proposal_id>/", policies.proposal, "policy_proposal"),
    _page("console/policies/<int:policy_id>/withdraw/", policies.withdraw, "policy_withdraw"),
    _page("console/<slug:product>/trainings/", learning.trainings, "trainings"),
    _page("console/trainings/<int:run_id>/cancel/", learning.cancel, "cancel_training"),
    _page("console/<slug:product>/snapshots/", learning.snapshots, "snapshots"),
    _page("console/snapshots/<int:snapshot_id>/", learning.snapshot, "snapshot"),
    _page("console/data/", ingestions.index, "ingestions"),
    _page("console/data/<int:ingestion_id>/", ingestions.detail, "ingestion"),
    _page("console/data/<int:ingestion_id>/report.json", ingestions.report, "ingestion_report"),
    _page("console/webhooks/", webhooks.index, "webhooks"),
    _page("fairness/", fairness.index, "fairness"),
    _page("alerts/", alerts.index, "alerts"),
    _page("audit/", audit.index, "audit"),
]

if settings.DEBUG:  # for who builds pages; nothing of anybody is on it
    urlpatterns.append(path("styleguide/", styleguide.index, name="styleguide"))
