"""Django REST framework as its tutorial has it: a serializer, a model, a view, XGBoost."""

import os
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import django
from django.conf import settings

database = urlsplit(os.environ["DATABASE_URL"])
settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": database.path.lstrip("/"),
            "USER": database.username,
            "PASSWORD": unquote(database.password or ""),
            "HOST": parse_qs(database.query).get("host", [database.hostname])[0],
            "CONN_MAX_AGE": None,
        }
    },
    INSTALLED_APPS=["rest_framework"],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.middleware.common.CommonMiddleware",
    ],
    REST_FRAMEWORK={
        "DEFAULT_AUTHENTICATION_CLASSES": [],
        "DEFAULT_PERMISSION_CLASSES": [],
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
        "UNAUTHENTICATED_USER": None,
    },
    ROOT_URLCONF=__name__,
    USE_TZ=True,
)
django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402 - Django is set up first
from django.db import models  # noqa: E402
from django.http import HttpResponse  # noqa: E402
from django.urls import path  # noqa: E402
from model import Model, load_contract  # noqa: E402
from rest_framework import serializers  # noqa: E402
from rest_framework.request import Request  # noqa: E402
from rest_framework.response import Response  # noqa: E402
from rest_framework.views import APIView  # noqa: E402

model = Model(Path(os.environ["ALTERNATIVE_MODEL"]))
contract = load_contract(Path(os.environ["ALTERNATIVE_CONTRACT"]))


class Decision(models.Model):
    """A decision as it was answered."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    reference = models.TextField()
    requested = models.JSONField()
    features = models.JSONField()
    pd = models.FloatField()
    reasons = models.JSONField()
    decided_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "alternatives"
        db_table = "drf_decision"

    def __str__(self) -> str:
        """Name it for a person."""
        return self.reference


def field_of(feature: Mapping[str, Any]) -> serializers.Field:
    """Make the serializer's field of a contract's feature."""
    allows = {"allow_null": "missing_codes" in feature}
    if feature["kind"] == "category":
        return serializers.ChoiceField([each["value"] for each in feature["categories"]], **allows)
    if feature["kind"] == "boolean":
        return serializers.BooleanField(**allows)
    bounds = {"min_value": feature.get("minimum"), "max_value": feature.get("maximum")}
    kind = serializers.IntegerField if feature["kind"] == "integer" else serializers.FloatField
    return kind(**bounds, **allows)


Features = type(
    "Features",
    (serializers.Serializer,),
    {feature["name"]: field_of(feature) for feature in contract["features"]},
)


class Requested(serializers.Serializer):
    """What the applicant asks for."""

    amount = serializers.DecimalField(max_digits=12, decimal_places=2, coerce_to_string=True)
    term_months = serializers.IntegerField(required=False)


class DecisionSerializer(serializers.ModelSerializer):
    """A request as it comes in, and a decision as it goes out."""

    product = serializers.ChoiceField([contract["slug"]], write_only=True)
    requested = Requested(write_only=True)
    features = Features(write_only=True)
    monitoring = serializers.DictField(child=serializers.CharField(), write_only=True)

    class Meta:
        model = Decision
        fields = (
            *("id", "product", "reference", "requested", "features", "monitoring"),
            *("pd", "reasons", "decided_at"),
        )
        read_only_fields = ("id", "pd", "reasons", "decided_at")

    def create(self, validated: dict[str, Any]) -> Decision:
        """Score, explain and insert; each request is a commit of its own."""
        pd, reasons = model.explained(validated["features"])
        amount = str(validated["requested"]["amount"])
        return Decision.objects.create(
            reference=validated["reference"],
            requested={**validated["requested"], "amount": amount},
            features=validated["features"],
            pd=pd,
            reasons=reasons,
        )


class Decisions(APIView):
    """Where applications come in."""

    def post(self, request: Request) -> Response:
        """Check, decide, answer."""
        serializer = DecisionSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        serializer.save()
        return Response(serializer.data, status=201)


urlpatterns = [
    path("api/v1/decisions", Decisions.as_view()),
    path("healthz", lambda _request: HttpResponse("ok")),
]
application = get_wsgi_application()
