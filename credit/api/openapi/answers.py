"""The shapes of answers about decisions and products."""

from credit.api.openapi.parts import (
    DAY,
    ID,
    MOMENT,
    NUMBER,
    REFERENCE,
    SLUG,
    TEXT,
    Schema,
    or_null,
    ref,
    thing,
)
from credit.models import Decision, PartnerFeedback
from credit.models.applications import Application
from credit.models.decisions import Verdict

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
            "version": NUMBER,
            "corrects": or_null({**NUMBER, "description": "The version before it, if any."}),
            "outcome": {"type": "string", "enum": ["good", "bad"]},
            "observed_on": DAY,
            "reported_at": MOMENT,
            "matures_on": {**DAY, "description": "From this day on a model may learn from it."},
        }
    ),
    "Feedback": thing(
        {
            "decision": ID,
            "number": {**NUMBER, "description": "Of this decision's feedback: correct it by this."},
            "corrects": or_null(
                {**NUMBER, "description": "The number of what this took the place of, if any."}
            ),
            "withdrawn": {
                "type": "boolean",
                "description": "This takes back what `corrects` names; `text` says why.",
            },
            "kind": {"type": "string", "enum": list(PartnerFeedback.Kind.values)},
            "feature": or_null(TEXT),
            "text": TEXT,
            "given_at": MOMENT,
        }
    ),
    "FeedbackList": thing({"results": {"type": "array", "items": ref("Feedback")}}),
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
