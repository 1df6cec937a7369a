import json
from pathlib import Path

ANSWER = {
    "id": "01J",
    "status": "awaiting_officer",
    "recommendation": "refer",
    "pd": 0.2143,
    "score": 561,
    "band": "C",
    "reasons": [{"points": -31.2, "code": "CHK01", "text": "The balance is below zero"}],
    "model": {"version": "consumer-loan/1", "route": "champion"},
}


def application(environ, start_response):
    """Answer probes, and score everything the same for whoever has the key of the day."""
    status, body = "200 OK", ANSWER
    if environ["REQUEST_METHOD"] == "POST":
        key = Path("keys").read_text().splitlines()[-1]
        if environ.get("HTTP_AUTHORIZATION") != f"Bearer {key}":
            status = "401 Unauthorized"
    start_response(status, [("Content-Type", "application/json")])
    return [json.dumps(body).encode()]
