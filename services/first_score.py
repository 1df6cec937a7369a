"""One real application through the scoring API, and its answer for a person to read."""

import json
import time
import urllib.error
import urllib.request
import uuid
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from services.product import Product, example
from services.programs import OPENER
from services.terminal import say
from services.trouble import Trouble

SECONDS = 20


def post(product: Product) -> tuple[dict[str, Any], float]:
    """Post the example under a fresh reference; return the answer and the seconds it took."""
    reference = f"DEMO-{datetime.now(tz=UTC):%Y%m%dT%H%M%SZ}"
    body = json.dumps({**example(), "reference": reference}).encode()
    try:
        return _send(product, body, key=product.key())
    except urllib.error.HTTPError as refused:
        if refused.code != HTTPStatus.UNAUTHORIZED:
            raise Trouble(_refusal(refused)) from refused
    try:  # the kept key belongs to a database that is gone
        return _send(product, body, key=product.issue_key())
    except urllib.error.HTTPError as refused:
        raise Trouble(_refusal(refused)) from refused


def _send(product: Product, body: bytes, *, key: str) -> tuple[dict[str, Any], float]:
    request = urllib.request.Request(  # noqa: S310 - our own address
        f"{product.base_url}/api/v1/decisions",
        data=body,
        headers={
            "Authorization": f"Bearer {key}",
            "Content-Type": "application/json",
            "Idempotency-Key": str(uuid.uuid4()),
        },
    )
    started = time.monotonic()
    try:
        with OPENER.open(request, timeout=SECONDS) as answer:
            return json.load(answer), time.monotonic() - started
    except urllib.error.HTTPError:
        raise
    except OSError as error:
        raise Trouble(f"The scoring API did not answer: {error}. See the web's log.") from error


def _refusal(refused: urllib.error.HTTPError) -> str:
    text = refused.read().decode(errors="replace")
    return f"The scoring API answered {refused.code}: {text[:500]}"


def show(answer: dict[str, Any], *, seconds: float) -> None:
    """Print the answer as an officer would want to read it."""
    say()
    say(f"  A real application, scored by POST /api/v1/decisions in {seconds * 1000:.0f} ms")
    say()
    status = str(answer["status"]).replace("_", " ")
    _row("recommendation", f"{answer['recommendation']}  ({status})")
    if answer.get("pd") is not None:
        _row("probability of default", f"{answer['pd']:.1%}")
        _row("score", f"{answer['score']}  (band {answer['band']})")
    if answer.get("model"):
        _row("model", f"{answer['model']['version']}  ({answer['model']['route']})")
    _row("decision", answer["id"])
    _table(answer.get("reasons") or [])


def _table(reasons: list[dict[str, Any]]) -> None:
    if not reasons:
        return
    say()
    say("     points  code    principal reason")
    for reason in reasons:
        say(f"    {reason['points']:+7.1f}  {reason['code']:<6}  {reason['text']}")


def _row(label: str, value: str) -> None:
    say(f"    {label:<24}{value}")
