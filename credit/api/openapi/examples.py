"""Examples for the document; the tests hold each against its schema."""

import json
from typing import Any

from credit.api.problem_types import ProblemType
from credit.environment import CHECKOUT
from credit.models import EventKind

DECISION_ID = "01JDA4V9G4Q2M7Z8S0C5T3XW1K"

# Whole requests of the products that ship, by product: what stands beside each contract.
DECISION_REQUESTS: dict[str, Any] = {
    file.parent.name: json.loads(file.read_bytes())
    for file in sorted((CHECKOUT / "contracts").glob("*/example.json"))
}
DECISION: dict[str, Any] = {
    "id": DECISION_ID,
    "product": "consumer-loan",
    "reference": "A-2291",
    "decided_at": "2026-11-22T10:15:02.114Z",
    "recommendation": "decline",
    "status": "awaiting_officer",
    "state": "awaiting_officer",
    "decision": None,
    "offer": None,
    "pd": 0.45492443442344666,
    "score": 492,
    "band": "E",
    "reasons": [
        {
            "feature": "checking_status",
            "points": -35.6,
            "code": "CHK01",
            "text": "Balance of the checking account is below zero",
        }
    ],
    "policy": [{"rule": "max_amount", "passed": True}],
    "model": {
        "version": "consumer-loan/7",
        "bundle": f"sha256:{'5b' * 32}",
        "route": "champion",
        "served_as": "champion",
    },
    "uncertainty": {"models": 12, "agreeing": 11, "pd_low": 0.3912, "pd_high": 0.5407},
    "warnings": [],
    "outcomes": [],
    "supersedes": None,
    "superseded_by": None,
}
DECISION_PAGE: dict[str, Any] = {"results": [DECISION], "next": None}
OUTCOME_REQUESTS: dict[str, Any] = {
    "bad": {"outcome": "bad", "observed_on": "2027-05-04"},
    "correction": {
        "outcome": "good",
        "observed_on": "2027-05-04",
        "corrects": 1,
        "reason": "The arrears were another customer's.",
    },
}
OUTCOME: dict[str, Any] = {
    "decision": DECISION_ID,
    "version": 1,
    "corrects": None,
    "outcome": "bad",
    "observed_on": "2027-05-04",
    "reported_at": "2027-05-05T08:00:00.000Z",
    "matures_on": "2027-11-22",
}
FEEDBACK_REQUESTS: dict[str, Any] = {
    "a reason that is wrong": {
        "kind": "reason_wrong",
        "feature": "checking_status",
        "text": "The account has been in credit since May.",
    },
    "correction": {
        "kind": "data_wrong",
        "feature": "checking_status",
        "text": "We sent the balance of another account.",
        "corrects": 1,
    },
}
FEEDBACK: dict[str, Any] = {
    "decision": DECISION_ID,
    "number": 1,
    "corrects": None,
    "withdrawn": False,
    **FEEDBACK_REQUESTS["a reason that is wrong"],
    "given_at": "2026-11-23T09:30:00.000Z",
}
WITHDRAWAL_REQUESTS: dict[str, Any] = {"why": {"text": "Meant for another application."}}
FEEDBACK_WITHDRAWN: dict[str, Any] = {
    **FEEDBACK,
    "number": 2,
    "corrects": 1,
    "withdrawn": True,
    **WITHDRAWAL_REQUESTS["why"],
    "given_at": "2026-11-24T11:00:00.000Z",
}
FEEDBACK_LIST: dict[str, Any] = {"results": [FEEDBACK_WITHDRAWN, FEEDBACK]}
WEBHOOK_REQUESTS: dict[str, Any] = {
    "decisions and outcomes": {
        "url": "https://bank.example/evenhand",
        "events": ["decision.made", "outcome.requested"],
    }
}
WEBHOOK: dict[str, Any] = {
    "id": "01JDA52ZKQ8M0X6T3R9V1B7CDE",
    **WEBHOOK_REQUESTS["decisions and outcomes"],
    "status": "active",
    "created_at": "2026-11-23T09:30:00.000Z",
    "failing_since": None,
    "old_secret_until": None,
}
WEBHOOK_LIST: dict[str, Any] = {"results": [WEBHOOK]}
NEW_WEBHOOK: dict[str, Any] = {**WEBHOOK, "secret": f"whsec_{'c2VjcmV0' * 5}c2U="}
PRODUCT_LIST: dict[str, Any] = {
    "results": [
        {
            "slug": "consumer-loan",
            "name": "Consumer loan",
            "currency": "DEM",
            "contract": f"sha256:{'c0' * 32}",
            "schema": "/api/v1/products/consumer-loan/schema",
        }
    ]
}
SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": ["product", "reference", "requested", "features"],
    "additionalProperties": False,
    "examples": list(DECISION_REQUESTS.values()),
}
BATCH_ID = "01JDA5X0P3V8H2Q6R9W7Z1C4KM"
BATCH: dict[str, Any] = {
    "id": BATCH_ID,
    "product": "consumer-loan",
    "state": "running",
    "format": "csv",
    "bytes": 14892226,
    "sha256": "a7" * 32,
    "received_at": "2026-11-22T10:15:02.114Z",
    "started_at": "2026-11-22T10:15:02.390Z",
    "finished_at": None,
    "rows": 100000,
    "rows_done": 42000,
    "rows_decided": 41998,
    "rows_refused": 2,
    "errors": [],
}
BATCH_RECEIVED: dict[str, Any] = BATCH | {
    "state": "queued",
    "started_at": None,
    "rows": None,
    "rows_done": 0,
    "rows_decided": 0,
    "rows_refused": 0,
}
BATCH_CANCELLED: dict[str, Any] = BATCH | {
    "state": "cancelled",
    "finished_at": "2026-11-22T10:15:17.002Z",
}
BATCH_PAGE: dict[str, Any] = {"results": [BATCH], "next": None}
BATCH_RESULTS: dict[str, Any] = {
    "results": [
        {"row": 1, "decision": DECISION, "errors": []},
        {
            "row": 2,
            "decision": None,
            "errors": [
                {
                    "pointer": "/features/duration_months",
                    "code": "wrong_type",
                    "detail": "must be a whole number",
                }
            ],
        },
    ],
    "next": "2",
}
BATCH_CSV = "reference,checking_status,duration_months,amount\nA-2291,below_0,30,4200\n"
BATCH_NDJSON = "".join(f"{json.dumps(each)}\n" for each in DECISION_REQUESTS.values())

TOKEN_REQUESTS: dict[str, Any] = {
    "everything the client may": {"grant_type": "client_credentials"},
    "less, and the secret in the form": {
        "grant_type": "client_credentials",
        "scope": "score read",
        "client_id": "evc_3f9a1c0b2d4e",
        "client_secret": "evs_3f9a1c0b2d4e_…",
    },
}
TOKEN: dict[str, Any] = {
    "access_token": "evt_3f9a1c0b2d4e_…",
    "token_type": "Bearer",
    "expires_in": 3600,
    "scope": "read score",
}
ERRORS_OF_OAUTH = {"oauth-request": "invalid_scope", "oauth-client": "invalid_client"}


def webhook_message(kind: EventKind) -> dict[str, Any]:
    """Show what we send of an event."""
    at = "2026-11-23T11:02:45.310Z"
    answer = {**DECISION, "status": "declined", "state": "declined"}
    answer["decision"] = {"verdict": "decline", "decided_at": at, "by": "officer"}
    of_decision = {"decision": DECISION_ID, "answer": answer}
    return {
        "id": "01JDA6B1S9GZ5N4QW8Y2E0HJKM",
        "type": kind.value,
        "created_at": at,
        "data": {"batch": DECISION_ID} if kind == EventKind.BATCH_COMPLETED else of_decision,
    }


def problem(kind: ProblemType) -> dict[str, Any]:
    """Show what a problem of this kind looks like."""
    errors = {
        "validation": [
            {
                "pointer": "/features/duration_months",
                "code": "wrong_type",
                "detail": "must be a whole number",
            }
        ],
        "malformed-json": [
            {
                "pointer": "/features/duration_months",
                "code": "duplicate_key",
                "detail": "The key stands more than once in its object.",
            }
        ],
    }
    return {
        "type": kind.uri,
        "title": kind.title,
        "status": kind.status,
        "detail": kind.meaning,
        "instance": "/api/v1/decisions",
        "request_id": "6f0c2d5e7b3a4c1d9e8f7a6b5c4d3e2f",
        "errors": errors.get(kind.name, []),
        **({"error": ERRORS_OF_OAUTH[kind.name]} if kind.name in ERRORS_OF_OAUTH else {}),
    }
