from django.urls import path, register_converter

from credit.api import docs
from credit.api.batches import BatchCancellation, BatchDetail, Batches, BatchResults
from credit.api.converters import DecisionId
from credit.api.decisions import DecisionDetail, Decisions
from credit.api.openapi import document
from credit.api.outcomes import Outcomes
from credit.api.products import Products, ProductSchema

register_converter(DecisionId, "decision_id")

app_name = "api"
urlpatterns = [
    path("decisions", Decisions.as_view(), name="decisions"),
    path("decisions/<decision_id:decision_id>", DecisionDetail.as_view(), name="decision"),
    path("decisions/<decision_id:decision_id>/outcomes", Outcomes.as_view(), name="outcomes"),
    path("batches", Batches.as_view(), name="batches"),
    path("batches/<decision_id:batch_id>", BatchDetail.as_view(), name="batch"),
    path("batches/<decision_id:batch_id>/results", BatchResults.as_view(), name="batch_results"),
    path(
        "batches/<decision_id:batch_id>/cancellation",
        BatchCancellation.as_view(),
        name="batch_cancellation",
    ),
    path("products", Products.as_view(), name="products"),
    path("products/<slug:slug>/schema", ProductSchema.as_view(), name="product_schema"),
    path("openapi.json", document.openapi, name="openapi"),
    path("docs/", docs.index, name="docs"),
    path("docs/problems/", docs.problems, name="problems"),
]
