"""Which operations go on from an answer, by what stands in it."""

from typing import Any

# (operation, status of its answer, parameters of the others by members of that answer, the others)
LINKS = (
    (
        "decide",
        "201",
        {"decision_id": "id"},
        ("read_decision", "report_outcome", "give_feedback", "list_feedback"),
    ),
    (
        "give_feedback",
        "201",
        {"decision_id": "decision", "number": "number"},
        ("withdraw_feedback",),
    ),
    (
        "send_batch",
        "202",
        {"batch_id": "id"},
        ("read_batch", "read_batch_results", "cancel_batch"),
    ),
    (
        "register_webhook",
        "201",
        {"webhook_id": "id"},
        (
            *("read_webhook", "pause_webhook", "resume_webhook"),
            *("rotate_webhook_secret", "remove_webhook"),
        ),
    ),
)


def add(operations: dict[str, Any]) -> None:
    """Write the links into the answers of operations, given by their names."""
    for name, status, taken, others in LINKS:
        parameters = {each: f"$response.body#/{member}" for each, member in taken.items()}
        operations[name]["responses"][status]["links"] = {
            other: {"operationId": other, "parameters": parameters} for other in others
        }
