"""The shapes of requests and answers, as JSON Schema 2020-12: the components of the document."""

from typing import Any

from credit.models import Batch, Decision, EventKind, PartnerFeedback, WebhookEndpoint
from credit.models.applications import Application
from credit.models.decisions import Verdict
from credit.webhooks import addresses

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
ID: Schema = {
    "type": "string",
    "pattern": "^[0-7][0-9A-HJKMNP-TV-Z]{25}$",
    "description": "A ULID: it sorts by time and cannot be guessed.",
}
SLUG: Schema = {"type": "string", "pattern": "^[-a-zA-Z0-9_]{1,50}$"}
REFERENCE: Schema = {
    "type": "string",
    "minLength": 1,
    "maxLength": 100,
    "pattern": "^[^\\u0000-\\u001f\\u007f-\\u009f]+$",
    "description": "Your own name for the application; put no personal data into it.",
}
MONEY: Schema = {
    "type": "string",
    "pattern": r"^(0|[1-9][0-9]{0,14})(\.[0-9]{1,2})?$",
    "description": "An amount in the product's currency, as text so that nothing rounds it.",
}
SENTENCE: Schema = {
    "type": "string",
    "minLength": 1,
    "maxLength": 500,
    "pattern": "^[^\\u0000-\\u001f\\u007f-\\u009f]+$",
}
MOMENT: Schema = {"type": "string", "format": "date-time"}
DAY: Schema = {"type": "string", "format": "date"}


def ref(name: str) -> Schema:
    """Point to a component."""
    return {"$ref": f"#/components/schemas/{name}"}


def thing(properties: Schema, *, optional: tuple[str, ...] = (), **more: Any) -> Schema:
    """Describe an object of an answer: these members today, and others may join them."""
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
        **more,
    }


def asked(properties: Schema, *, optional: tuple[str, ...] = (), **more: Any) -> Schema:
    """Describe an object of a request: a member that is not known would be lost in silence."""
    return thing(properties, optional=optional, additionalProperties=False, **more)


def or_null(schema: Schema) -> Schema:
    """Allow null beside the one type of a schema."""
    enum = {"enum": [*schema["enum"], None]} if "enum" in schema else {}
    return {**schema, "type": [schema["type"], "null"], **enum}


KIND_OF_EVENT = ref("EventKind")
WEBHOOK: Schema = {
    "id": ID,
    "url": TEXT,
    "events": {"type": "array", "items": KIND_OF_EVENT},
    "status": ref("WebhookStatus"),
    "created_at": MOMENT,
    "failing_since": or_null(MOMENT),
    "old_secret_until": or_null(
        {**MOMENT, "description": "Until then the secret before this one signs as well."}
    ),
}
REQUESTS: dict[str, Schema] = {
    "DecisionRequest": asked(
        {
            "product": SLUG,
            "reference": REFERENCE,
            "requested": asked(
                {
                    "amount": MONEY,
                    "term_months": {"type": "integer", "minimum": 1},
                },
                optional=("term_months",),
            ),
            "features": {
                "type": "object",
                "description": "What the product's contract asks for; see its schema.",
                "additionalProperties": {"type": ["number", "string", "boolean", "null"]},
            },
            "monitoring": {
                "type": "object",
                "description": "Protected groups, for fairness reports only: stored apart, where"
                " scoring cannot read them.",
                "additionalProperties": TEXT,
            },
            "applicant": asked(
                {
                    "name": {"type": "string", "minLength": 1, "maxLength": 200},
                    "address": {
                        "type": "string",
                        "maxLength": 500,
                        "description": "Lines as on an envelope.",
                    },
                },
                optional=("address",),
                description="Who applies, for letters and for finding the application again:"
                " stored apart, never scored.",
            ),
        },
        optional=("monitoring", "applicant"),
    ),
    "TokenRequest": asked(
        {
            "grant_type": {"type": "string", "enum": ["client_credentials"]},
            "scope": {
                "type": "string",
                "description": "Scopes with blanks between them; without it, all the client has.",
            },
            "client_id": TEXT,
            "client_secret": TEXT,
        },
        optional=("scope", "client_id", "client_secret"),
    ),
    "OutcomeRequest": asked(
        {
            "outcome": {"type": "string", "enum": ["good", "bad"]},
            "observed_on": DAY,
            "corrects": {
                "type": "integer",
                "minimum": 1,
                "maximum": 2**15 - 1,
                "description": "Of a correction: the version that is wrong, which is the newest.",
            },
            "reason": {**SENTENCE, "description": "Of a correction: why that version is wrong."},
        },
        optional=("corrects", "reason"),
        dependentRequired={"corrects": ["reason"], "reason": ["corrects"]},
    ),
    "WebhookRequest": asked(
        {
            "url": {
                "type": "string",
                "minLength": 1,
                "maxLength": addresses.LONGEST,
                "pattern": "^[!-~]+$",
                "description": "Begins with https:// and leads to no private address.",
            },
            "events": {
                "type": "array",
                "items": KIND_OF_EVENT,
                "minItems": 1,
                "maxItems": len(EventKind),
            },
        }
    ),
    "FeedbackRequest": asked(
        {
            "kind": {"type": "string", "enum": list(PartnerFeedback.Kind.values)},
            "feature": {
                **SENTENCE,
                "maxLength": 100,
                "description": "Of the contract that the decision was made under.",
            },
            "text": {**SENTENCE, "description": "In your words; put no personal data into them."},
        },
        optional=("feature",),
    ),
}

STATES = (
    f"One of {', '.join(Application.Status.values)}. More may come: treat one that you do not know "
    "by its `status`."
)

ANSWERS: dict[str, Schema] = {
    "Reason": thing(
        {
            "feature": TEXT,
            "points": {"type": "number", "description": "Points this feature took away."},
            "code": TEXT,
            "text": {"type": "string", "description": "Fit to be shown to the applicant."},
        }
    ),
    "PolicyResult": thing({"rule": TEXT, "passed": {"type": "boolean"}}),
    "Verdict": thing(
        {
            "verdict": {"type": "string", "enum": list(Verdict.values)},
            "decided_at": MOMENT,
            "by": {"type": "string", "enum": ["officer", "policy"]},
        },
        description="What was decided: by an officer, or by the policy where it may.",
    ),
    "Offer": thing(
        {
            "amount": {"type": "string", "pattern": r"^\d+\.\d{2}$"},
            "term_months": or_null({"type": "integer", "minimum": 1}),
            "until": or_null({**DAY, "description": "The last day to accept it."}),
            "accepted": or_null({"type": "boolean", "description": "null: not answered yet."}),
        },
        description="Terms that were offered instead of those asked for, which are declined.",
    ),
    "Model": thing(
        {
            "version": or_null(TEXT),
            "bundle": or_null({"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"}),
            "route": {
                "type": "string",
                "enum": ["champion", "previous_champion", "scorecard", "none"],
                "description": (
                    "Who scored it. previous_champion and scorecard: the champion could not. "
                    "none: nobody could, so a human decides."
                ),
            },
            "served_as": {
                "type": "string",
                "description": (
                    "The same in more words, of which there may be new ones: canary is a new "
                    "version that scores a share of the applications in the champion's place, "
                    "which `route` tells as champion. Treat one that you do not know by `route`."
                ),
            },
        }
    ),
    "Uncertainty": thing(
        {
            "models": {"type": "integer", "minimum": 1},
            "agreeing": {"type": "integer", "minimum": 0},
            "pd_low": {"type": "number", "minimum": 0, "maximum": 1},
            "pd_high": {"type": "number", "minimum": 0, "maximum": 1},
        },
        description=(
            "How many equally good models agree with the model's recommendation, and where 90 % of "
            "their PDs lie. null: the PD is far from every cut-off, or there are no such models."
        ),
    ),
    "Decision": thing(
        {
            "id": ID,
            "product": SLUG,
            "reference": REFERENCE,
            "decided_at": MOMENT,
            "recommendation": {"type": "string", "enum": list(Decision.Recommendation.values)},
            "status": {
                "type": "string",
                "enum": ["awaiting_officer", "approved", "declined"],
                "description": "Of the terms asked for; `state` says more.",
            },
            "state": {**TEXT, "description": STATES, "examples": ["awaiting_officer"]},
            "decision": {"anyOf": [ref("Verdict"), {"type": "null"}]},
            "offer": {
                "anyOf": [ref("Offer"), {"type": "null"}],
                "description": "Other terms that an officer offered.",
            },
            "pd": or_null({"type": "number", "minimum": 0, "maximum": 1}),
            "score": or_null({"type": "integer"}),
            "band": or_null(TEXT),
            "reasons": {"type": "array", "maxItems": 4, "items": ref("Reason")},
            "policy": {"type": "array", "items": ref("PolicyResult")},
            "model": ref("Model"),
            "uncertainty": {"anyOf": [ref("Uncertainty"), {"type": "null"}]},
            "warnings": {"type": "array", "items": TEXT},
            "outcomes": {
                "type": "array",
                "items": ref("Outcome"),
                "description": "Every version of its outcome, the newest first: that one counts.",
            },
            "supersedes": or_null(
                {**ID, "description": "Of a corrected application: the decision before."}
            ),
            "superseded_by": or_null(
                {**ID, "description": "The decision that counts, where this was corrected."}
            ),
        }
    ),
    "DecisionPage": thing(
        {
            "results": {"type": "array", "items": ref("Decision")},
            "next": or_null(
                {
                    "type": "string",
                    "description": "The `cursor` of the next page; null on the last.",
                }
            ),
        }
    ),
    "Outcome": thing(
        {
            "decision": ID,
            "version": {"type": "integer", "minimum": 1},
            "corrects": or_null(
                {"type": "integer", "minimum": 1, "description": "The version before it, if any."}
            ),
            "outcome": {"type": "string", "enum": ["good", "bad"]},
            "observed_on": DAY,
            "reported_at": MOMENT,
            "matures_on": {**DAY, "description": "From this day on a model may learn from it."},
        }
    ),
    "Feedback": thing(
        {
            "decision": ID,
            "kind": {"type": "string", "enum": list(PartnerFeedback.Kind.values)},
            "feature": or_null(TEXT),
            "text": TEXT,
            "given_at": MOMENT,
        }
    ),
    "EventKind": {"type": "string", "enum": list(EventKind.values)},
    "WebhookStatus": {
        "type": "string",
        "enum": list(WebhookEndpoint.State.values),
        "description": "disabled: nothing arrived for three days; resume it when that is mended.",
    },
    "Webhook": thing(WEBHOOK),
    "NewWebhook": thing(
        {
            **WEBHOOK,
            "secret": {
                "type": "string",
                "pattern": "^whsec_[A-Za-z0-9+/]{43}=$",
                "description": "What we sign with. It is told this once.",
            },
        }
    ),
    "WebhookList": thing({"results": {"type": "array", "items": ref("Webhook")}}),
    "WebhookMessage": thing(
        {
            "id": {**ID, "description": "Of the event: the same in every try and replay."},
            "type": KIND_OF_EVENT,
            "created_at": MOMENT,
            "data": thing(
                {
                    "decision": ID,
                    "answer": ref("Decision"),
                    "batch": ID,
                },
                optional=("decision", "answer", "batch"),
                description="Ids, and of a decision what you may read of it now.",
            ),
        },
        description="What we send to your address. Fields may be added: ignore unknown ones.",
    ),
    "Product": thing(
        {
            "slug": SLUG,
            "name": TEXT,
            "currency": TEXT,
            "contract": {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"},
            "schema": {"type": "string", "format": "uri-reference"},
        }
    ),
    "ProductList": thing({"results": {"type": "array", "items": ref("Product")}}),
    "Token": thing(
        {
            "access_token": TEXT,
            "token_type": {"type": "string", "enum": ["Bearer"]},
            "expires_in": {"type": "integer", "description": "Seconds."},
            "scope": TEXT,
        }
    ),
    "Schema": {"type": "object", "description": "A JSON Schema (2020-12) of a decision request."},
}

PROBLEMS: dict[str, Schema] = {
    "Fault": thing(
        {
            "pointer": {
                "type": "string",
                "description": "Where, as a JSON pointer (RFC 6901); empty for the whole body.",
            },
            "code": TEXT,
            "detail": TEXT,
        }
    ),
    "Problem": thing(
        {
            "type": {"type": "string", "format": "uri-reference"},
            "title": TEXT,
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "detail": TEXT,
            "instance": {"type": "string", "format": "uri-reference"},
            "request_id": TEXT,
            "errors": {"type": "array", "items": ref("Fault")},
            "error": {
                "type": "string",
                "description": "At the token endpoint only: the error's name in RFC 6749.",
            },
        },
        optional=("error",),
        description="A problem document (RFC 9457).",
    ),
}

COUNT: Schema = {"type": "integer", "minimum": 0}
BATCHES: dict[str, Schema] = {
    "BatchFault": thing(
        {
            "after_row": {**COUNT, "description": "The last row that has its result."},
            "pointer": {"type": "string", "description": "Which column; empty for the file."},
            "code": TEXT,
            "detail": TEXT,
        },
        description="Why the file could not be read, or not to its end.",
    ),
    "Batch": thing(
        {
            "id": ID,
            "product": SLUG,
            "state": {
                "type": "string",
                "enum": list(Batch.State.values),
                "description": "The last three are the end.",
            },
            "format": {"type": "string", "enum": list(Batch.Format.values)},
            "bytes": COUNT,
            "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
            "received_at": MOMENT,
            "started_at": or_null(MOMENT),
            "finished_at": or_null(MOMENT),
            "rows": or_null({**COUNT, "description": "Of the file; null until it is counted."}),
            "rows_done": {**COUNT, "description": "Rows that have their result."},
            "rows_decided": {**COUNT, "description": "Of these, with a decision."},
            "rows_refused": {**COUNT, "description": "Of these, with errors."},
            "errors": {"type": "array", "items": ref("BatchFault")},
        }
    ),
    "BatchPage": thing(
        {
            "results": {"type": "array", "items": ref("Batch")},
            "next": or_null(
                {
                    "type": "string",
                    "description": "The `cursor` of the next page; null on the last.",
                }
            ),
        }
    ),
    "BatchResult": thing(
        {
            "row": {
                "type": "integer",
                "minimum": 1,
                "description": "1 is the first row of data, or the first line that holds one.",
            },
            "decision": {"anyOf": [ref("Decision"), {"type": "null"}]},
            "errors": {
                "type": "array",
                "items": ref("Fault"),
                "description": "What is wrong with the row; empty where it was decided.",
            },
        }
    ),
    "BatchResultPage": thing(
        {
            "results": {"type": "array", "items": ref("BatchResult")},
            "next": or_null(
                {
                    "type": "string",
                    "description": "The `cursor` of the rows after these, ready or not; null when"
                    " the batch is over and these were the last.",
                }
            ),
        }
    ),
}

STATE: Schema = {"type": "string", "description": "ok, or what is wrong"}
HEALTH: dict[str, Schema] = {
    "Health": thing({"status": TEXT}),
    "Readiness": thing(
        {
            "status": {"type": "string", "enum": ["ok", "not_ready"]},
            "parts": thing(
                {
                    "database": STATE,
                    "broker": STATE,
                    "models": {
                        "description": "Each live product's champion: loaded, with the right hash.",
                        "anyOf": [{"type": "object", "additionalProperties": STATE}, STATE],
                    },
                }
            ),
        }
    ),
}

COMPONENTS: dict[str, Schema] = {**REQUESTS, **ANSWERS, **BATCHES, **PROBLEMS, **HEALTH}
