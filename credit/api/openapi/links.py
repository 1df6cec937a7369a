"""Which operations go on from an answer, by the id that stands in it."""

from typing import Any

# (operation, its answer, what the others call its id): the others
LINKS = {
    ("decide", "201", "decision_id"): ("read_decision", "report_outcome", "give_feedback"),
    ("send_batch", "202", "batch_id"): ("read_batch", "read_batch_results", "cancel_batch"),
    ("register_webhook", "201", "webhook_id"): (
        *("read_webhook", "pause_webhook", "resume_webhook"),
        *("rotate_webhook_secret", "remove_webhook"),
    ),
}


def add(operations: dict[str, Any]) -> None:
    """Write the links into the answers of operations, given by their names."""
    for (name, status, parameter), others in LINKS.items():
        operations[name]["responses"][status]["links"] = {
            other: {"operationId": other, "parameters": {parameter: "$response.body#/id"}}
            for other in others
        }
