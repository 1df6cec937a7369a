from django.urls import path, register_converter

from credit.api import docs
from credit.api.batches import BatchCancellation, BatchDetail, Batches, BatchResults
from credit.api.converters import PublicId
from credit.api.decisions import DecisionDetail, Decisions
from credit.api.feedback import Feedback, FeedbackWithdrawal
from credit.api.oauth import Tokens
from credit.api.openapi import document
from credit.api.outcomes import Outcomes
from credit.api.products import Products, ProductSchema
from credit.api.webhooks import (
    WebhookDetail,
    WebhookPause,
    WebhookResume,
    Webhooks,
    WebhookSecret,
)

register_converter(PublicId, "decision_id")
register_converter(PublicId, "webhook_id")
register_converter(PublicId, "batch_id")

app_name = "api"
urlpatterns = [
    path("decisions", Decisions.as_view(), name="decisions"),
    path("decisions/<decision_id:decision_id>", DecisionDetail.as_view(), name="decision"),
    path("decisions/<decision_id:decision_id>/outcomes", Outcomes.as_view(), name="outcomes"),
    path("decisions/<decision_id:decision_id>/feedback", Feedback.as_view(), name="feedback"),
    path(
        "decisions/<decision_id:decision_id>/feedback/<int:number>/withdrawal",
        FeedbackWithdrawal.as_view(),
        name="feedback_withdrawal",
    ),
    path("oauth/token", Tokens.as_view(), name="oauth_token"),
    path("batches", Batches.as_view(), name="batches"),
    path("batches/<batch_id:batch_id>", BatchDetail.as_view(), name="batch"),
    path("batches/<batch_id:batch_id>/results", BatchResults.as_view(), name="batch_results"),
    path(
        "batches/<batch_id:batch_id>/cancellation",
        BatchCancellation.as_view(),
        name="batch_cancellation",
    ),
    path("products", Products.as_view(), name="products"),
    path("products/<slug:slug>/schema", ProductSchema.as_view(), name="product_schema"),
    path("webhooks", Webhooks.as_view(), name="webhooks"),
    path("webhooks/<webhook_id:webhook_id>", WebhookDetail.as_view(), name="webhook"),
    path("webhooks/<webhook_id:webhook_id>/pause", WebhookPause.as_view(), name="webhook_pause"),
    path("webhooks/<webhook_id:webhook_id>/resume", WebhookResume.as_view(), name="webhook_resume"),
    path("webhooks/<webhook_id:webhook_id>/secret", WebhookSecret.as_view(), name="webhook_secret"),
    path("openapi.json", document.openapi, name="openapi"),
    path("docs/", docs.index, name="docs"),
    path("docs/guide/", docs.guide, name="guide"),
    path("docs/problems/", docs.problems, name="problems"),
]
