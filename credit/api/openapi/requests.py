"""The shapes of requests: a member that is not known is refused."""

from credit.api.openapi.parts import (
    DAY,
    MONEY,
    NAMED_NUMBER,
    REFERENCE,
    SENTENCE,
    SLUG,
    TEXT,
    Schema,
    asked,
    ref,
)
from credit.models import EventKind, PartnerFeedback
from credit.webhooks import addresses

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
                **NAMED_NUMBER,
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
                "items": ref("EventKind"),
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
            "corrects": {
                **NAMED_NUMBER,
                "description": "Of a correction: the number of what this takes the place of.",
            },
        },
        optional=("feature", "corrects"),
    ),
    "WithdrawalRequest": asked(
        {"text": {**SENTENCE, "description": "Why, in your words, without personal data."}}
    ),
}
