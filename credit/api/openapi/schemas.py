"""The shapes of requests and answers, as JSON Schema 2020-12: the components of the document."""

from typing import Any

from credit.models import Batch, Decision, Score
from credit.models.applications import Application
from credit.models.decisions import Verdict

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
MOMENT: Schema = {"type": "string", "format": "date-time"}
DAY: Schema = {"type": "string", "format": "date"}


def ref(name: str) -> Schema:
    """Point to a component."""
    return {"$ref": f"#/components/schemas/{name}"}


def thing(properties: Schema, *, optional: tuple[str, ...] = (), **more: Any) -> Schema:
    """Describe an object with exactly these members."""
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
        "additionalProperties": False,
        **more,
    }


def or_null(schema: Schema) -> Schema:
    """Allow null beside the one type of a schema."""
    enum = {"enum": [*schema["enum"], None]} if "enum" in schema else {}
    return {**schema, "type": [schema["type"], "null"], **enum}


REQUESTS: dict[str, Schema] = {
    "DecisionRequest": thing(
        {
            "product": SLUG,
            "reference": REFERENCE,
            "requested": thing(
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
        },
        optional=("monitoring",),
    ),
    "OutcomeRequest": thing(
        {"outcome": {"type": "string", "enum": ["good", "bad"]}, "observed_on": DAY}
    ),
}

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
    "Model": thing(
        {
            "version": or_null(TEXT),
            "bundle": or_null({"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"}),
            "route": {
                "type": "string",
                "enum": list(Score.Route.values),
                "description": (
                    "Who scored it. previous_champion and scorecard: the champion could not. "
                    "none: nobody could, so a human decides."
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
            "status": {"type": "string", "enum": list(Application.Status.values)},
            "decision": {"anyOf": [ref("Verdict"), {"type": "null"}]},
            "pd": or_null({"type": "number", "minimum": 0, "maximum": 1}),
            "score": or_null({"type": "integer"}),
            "band": or_null(TEXT),
            "reasons": {"type": "array", "maxItems": 4, "items": ref("Reason")},
            "policy": {"type": "array", "items": ref("PolicyResult")},
            "model": ref("Model"),
            "uncertainty": {"anyOf": [ref("Uncertainty"), {"type": "null"}]},
            "warnings": {"type": "array", "items": TEXT},
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
            "outcome": {"type": "string", "enum": ["good", "bad"]},
            "observed_on": DAY,
            "reported_at": MOMENT,
            "matures_on": {**DAY, "description": "From this day on a model may learn from it."},
        }
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
        },
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

COMPONENTS: dict[str, Schema] = {**REQUESTS, **ANSWERS, **BATCHES, **PROBLEMS}
