from django.urls import path, register_converter

from credit.api import docs
from credit.api.converters import DecisionId
from credit.api.decisions import DecisionDetail, Decisions
from credit.api.oauth import Tokens
from credit.api.openapi import document
from credit.api.outcomes import Outcomes
from credit.api.products import Products, ProductSchema

register_converter(DecisionId, "decision_id")

app_name = "api"
urlpatterns = [
    path("decisions", Decisions.as_view(), name="decisions"),
    path("decisions/<decision_id:decision_id>", DecisionDetail.as_view(), name="decision"),
    path("decisions/<decision_id:decision_id>/outcomes", Outcomes.as_view(), name="outcomes"),
    path("oauth/token", Tokens.as_view(), name="oauth_token"),
    path("products", Products.as_view(), name="products"),
    path("products/<slug:slug>/schema", ProductSchema.as_view(), name="product_schema"),
    path("openapi.json", document.openapi, name="openapi"),
    path("docs/", docs.index, name="docs"),
    path("docs/problems/", docs.problems, name="problems"),
]
