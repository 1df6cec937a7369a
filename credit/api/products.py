"""The lending products that take applications, and what each asks for."""

from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from credit import serving
from credit.api import problem_types, query_strings
from credit.api.endpoints import Endpoint
from credit.api.example_requests import whole_request
from credit.api.openapi import examples
from credit.api.openapi.operations import operation
from credit.api.permissions import ANY_KEY
from credit.api.problem_documents import Problem
from credit.api.rendering import answered
from credit.models import Product
from credit.serving import Terms, UnknownProduct
from scoring.contracts.schema import json_schema


class Products(Endpoint):
    """What can be applied for."""

    scopes: ClassVar = {"GET": ANY_KEY}

    @operation(
        "list_products",
        "List the products that take applications",
        answers={200: ("All of them", "ProductList", examples.PRODUCT_LIST)},
    )
    def get(self, request: HttpRequest) -> HttpResponse:
        """Give all of them; there are never many."""
        query_strings.read(request)
        slugs = Product.objects.order_by("slug").values_list("slug", flat=True)
        return answered({"results": [_told(found) for slug in slugs if (found := _terms(slug))]})


class ProductSchema(Endpoint):
    """What a product's contract asks of an application."""

    scopes: ClassVar = {"GET": ANY_KEY}

    @operation(
        "read_product_schema",
        "Read what a product asks of an application, as a JSON Schema",
        answers={200: ("A JSON Schema of the request", "Schema", examples.SCHEMA)},
        problems=(problem_types.NOT_FOUND,),
    )
    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        """Give the schema of the contract in force."""
        query_strings.read(request)
        found = _terms(slug)
        if found is None:
            raise Problem(problem_types.NOT_FOUND, "There is no such product.")
        contract = found.contract
        return answered(json_schema(contract) | {"examples": [whole_request(contract)]})


def _terms(slug: str) -> Terms | None:
    try:
        return serving.terms(slug, at=timezone.now())
    except UnknownProduct:
        return None


def _told(found: Terms) -> dict[str, Any]:
    contract = found.contract
    return {
        "slug": contract.slug,
        "name": contract.name,
        "currency": contract.currency,
        "contract": contract.hash,
        "schema": reverse("api:product_schema", args=[contract.slug]),
    }
