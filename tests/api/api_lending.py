"""Partners' systems: the product seen from outside, with a key."""

import json
import uuid
from datetime import UTC, datetime, timedelta

import factories
from django.test import Client

from credit.actions import api_keys
from credit.models import ApiKey, Application, AuditEvent, Decision, IdempotencyRecord, Score


def key_of(partner="bank-one", scopes=("score", "read", "outcomes", "batch"), *, days=30, **more):
    """Issue a key by today's clock, as the API reads it; `days` below 0 for one that expired."""
    now = datetime.now(UTC)
    return api_keys.issue(
        partner=partner,
        scopes=scopes,
        by=None,
        at=now,
        expires_at=now + timedelta(days=days),
        **more,
    )


class Partner:
    """A partner's system. Without a key it is a stranger."""

    def __init__(self, key=None):
        self.key = key
        self.client = Client(raise_request_exception=False)

    def get(self, path, **headers):
        return self.client.get(path, headers=self._headers(headers))

    def delete(self, path, **headers):
        return self.client.delete(path, headers=self._headers(headers))

    def head(self, path, **headers):
        return self.client.head(path, headers=self._headers(headers))

    def post(self, path, body, **headers):
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.client.generic(
            "POST", path, content, "application/json", headers=self._headers(headers)
        )

    def decide(self, body=None, *, idempotency_key=None, **headers):
        named = {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}
        sent = factories.body() if body is None else body
        return self.post("/api/v1/decisions", sent, **named | headers)

    def send(self, content, kind="application/x-ndjson", *, query="?product=consumer-loan", **more):
        named = {"Idempotency-Key": str(uuid.uuid4())}
        return self.client.generic(
            "POST", f"/api/v1/batches{query}", content, kind, headers=self._headers(named | more)
        )

    def _headers(self, more):
        shown = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        return shown | more


def rows_of(partner):
    """Count what is stored of a partner's decisions, by kind of row."""
    owner = ApiKey.objects.get(prefix=partner.key.split("_")[1]).partner
    applications = Application.objects.filter(partner=owner)
    return {
        "applications": applications.count(),
        "scores": Score.objects.filter(application__in=applications).count(),
        "decisions": Decision.objects.filter(application__in=applications).count(),
        "keys": IdempotencyRecord.objects.filter(partner=owner).count(),
        "events": AuditEvent.objects.filter(
            partner=owner, type=AuditEvent.Type.APPLICATION_DECIDED
        ).count(),
    }
