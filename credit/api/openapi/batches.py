"""The shapes of answers about files of applications."""

from credit.api.openapi.parts import CODE, ID, MOMENT, SLUG, TEXT, Schema, or_null, ref, thing
from credit.models import Batch

COUNT: Schema = {"type": "integer", "minimum": 0}
BATCHES: dict[str, Schema] = {
    "BatchFault": thing(
        {
            "after_row": {**COUNT, "description": "The last row that has its result."},
            "pointer": {"type": "string", "description": "Which column; empty for the file."},
            "code": CODE,
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
