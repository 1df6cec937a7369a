"""Files of applications: sent, looked after, cancelled, and the results of their rows."""

import hashlib
import re
from collections.abc import Mapping
from typing import ClassVar

import structlog
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from credit import serving, tenancy, uploads
from credit.actions import batches as actions
from credit.actions.idempotency import Idempotency
from credit.api import bodies, idempotency_keys, problem_types, query_strings
from credit.api.converters import PublicId
from credit.api.endpoints import Endpoint, caller_of, replay_headers
from credit.api.openapi import examples, parts
from credit.api.openapi.operations import (
    file_of,
    idempotency_key,
    location_header,
    operation,
    query_parameter,
    replay_header,
)
from credit.api.problem_documents import Problem
from credit.api.rendering import answered
from credit.batch_answers import batch_answer
from credit.models import Batch
from credit.models.partners import Scope
from credit.queries import batches as queries

LARGEST = 1024**3  # bytes
FORMATS = {
    "text/csv": Batch.Format.CSV,
    "application/x-ndjson": Batch.Format.NDJSON,
    "application/vnd.apache.parquet": Batch.Format.PARQUET,
}
BYTES = "application/octet-stream"  # what generated clients send; the query says of which format
ID = re.compile(PublicId.regex)
ROW = re.compile("[0-9]{1,7}")


class Batches(Endpoint):
    """Where files come in, and where a partner finds its own again."""

    scopes: ClassVar = {"POST": Scope.BATCH, "GET": Scope.BATCH}

    @operation(
        "send_batch",
        "Send a file of applications, each to be decided as if it came alone",
        # Generators of clients know no other media type of a file: with one they leave the
        # operation out, or warn. The formats' own types are taken as well.
        file={
            BYTES: file_of(
                {"type": "string", "format": "binary", "minLength": 1},
                csv=examples.BATCH_CSV,
                ndjson=examples.BATCH_NDJSON,
            )
        },
        answers={202: ("Stored, and waiting for the worker", "Batch", examples.BATCH_RECEIVED)},
        problems=(
            problem_types.IDEMPOTENCY_KEY,
            problem_types.IDEMPOTENCY_CONFLICT,
            problem_types.CONFLICT,
        ),
        parameters=(
            idempotency_key(required=True),
            query_parameter(
                "product", parts.SLUG, "What all of its rows apply for.", required=True
            ),
            query_parameter(
                "format",
                {"type": "string", "enum": list(Batch.Format.values)},
                "What the file is. A Content-Type that says so may stand for it:"
                f" {', '.join(FORMATS)}.",
                required=True,
            ),
            replay_header(202),
            location_header(202),
        ),
    )
    def post(self, request: HttpRequest) -> HttpResponse:
        """Write the file down as it comes in, then call once and answer."""
        caller = caller_of(request)
        key = idempotency_keys.required(request)
        query = query_strings.read(request, "product", "format")
        product, kind = _product(query), _format(request, query)
        with uploads.received(bodies.blocks(request, most=LARGEST)) as upload:
            said = f"{product}\n{kind}\n{upload.sha256}"
            received = actions.receive(
                product=product,
                key=caller.key,
                upload=upload,
                kind=kind,
                once=Idempotency(key=key, body_sha256=hashlib.sha256(said.encode()).hexdigest()),
                at=timezone.now(),
            )
        batch_id = received.answer["id"]
        structlog.contextvars.bind_contextvars(batch_id=batch_id)
        headers = {
            "Location": reverse("api:batch", args=[batch_id]),
            **replay_headers(replayed=received.replayed),
        }
        return answered(received.answer, status=actions.STATUS, headers=headers)

    @operation(
        "list_batches",
        "List your batches, the newest first",
        answers={200: ("A page of them", "BatchPage", examples.BATCH_PAGE)},
        parameters=(
            query_parameter("cursor", parts.ID, "Where to go on: `next` of the page before."),
        ),
    )
    def get(self, request: HttpRequest) -> HttpResponse:
        """Give a page of them."""
        caller = caller_of(request)
        cursor = _cursor(query_strings.read(request, "cursor"), ID)
        with tenancy.rows_of(caller.partner):
            page = queries.listing(caller.partner, cursor)
        return answered(page)


class BatchDetail(Endpoint):
    """How far a batch is."""

    scopes: ClassVar = {"GET": Scope.BATCH}

    @operation(
        "read_batch",
        "Read how far a batch is",
        answers={200: ("The batch", "Batch", examples.BATCH)},
        problems=(problem_types.NOT_FOUND,),
    )
    def get(self, request: HttpRequest, batch_id: str) -> HttpResponse:
        """Give it, or the 404 that another partner's gets as well."""
        caller = caller_of(request)
        query_strings.read(request)
        with tenancy.rows_of(caller.partner):
            answer = queries.answer(batch_id, partner=caller.partner)
        return answered(answer)


class BatchResults(Endpoint):
    """What became of the rows that are done."""

    scopes: ClassVar = {"GET": Scope.BATCH}

    @operation(
        "read_batch_results",
        "Read the results of a batch's rows, in the file's order, as they become ready",
        answers={200: ("A page of them", "BatchResultPage", examples.BATCH_RESULTS)},
        problems=(problem_types.NOT_FOUND,),
        parameters=(
            query_parameter(
                "cursor",
                {"type": "string", "pattern": "^[0-9]{1,7}$"},
                "Where to go on: `next` of the page before.",
            ),
        ),
    )
    def get(self, request: HttpRequest, batch_id: str) -> HttpResponse:
        """Give a page of them; while the batch is not over, an empty one says where to go on."""
        caller = caller_of(request)
        cursor = _cursor(query_strings.read(request, "cursor"), ROW)
        with tenancy.rows_of(caller.partner):
            page = queries.results(
                batch_id, int(cursor or 0), partner=caller.partner, at=timezone.now()
            )
        return answered(page)


class BatchCancellation(Endpoint):
    """The end of a batch before its time."""

    scopes: ClassVar = {"POST": Scope.BATCH}

    @operation(
        "cancel_batch",
        "Cancel a batch; what was decided stays",
        answers={200: ("Cancelled, now or before", "Batch", examples.BATCH_CANCELLED)},
        problems=(problem_types.NOT_FOUND, problem_types.CONFLICT),
    )
    def post(self, request: HttpRequest, batch_id: str) -> HttpResponse:
        """Translate, call once, answer."""
        caller = caller_of(request)
        query_strings.read(request)
        bodies.refuse(request)
        structlog.contextvars.bind_contextvars(batch_id=batch_id)
        batch = actions.cancel(batch_id=batch_id, key=caller.key, at=timezone.now())
        return answered(batch_answer(batch))


def _product(query: Mapping[str, str]) -> str:
    """Find the product before a gigabyte is read for one that is none."""
    if "product" not in query:
        raise Problem(problem_types.MALFORMED_REQUEST, "The query parameter product is missing.")
    return serving.terms(query["product"], at=timezone.now()).product.slug


def _format(request: HttpRequest, query: Mapping[str, str]) -> Batch.Format:
    """Take the format from the media type, or from the query where the type names none."""
    said, named = FORMATS.get(bodies.media_type(request, *FORMATS, BYTES)), query.get("format")
    if named is not None and named not in Batch.Format.values:
        words = f"The query parameter format must be {' or '.join(Batch.Format.values)}."
        raise Problem(problem_types.MALFORMED_REQUEST, words)
    if said is not None and named not in {None, said}:
        words = f"The Content-Type says {said}, and the query parameter format {named}."
        raise Problem(problem_types.MALFORMED_REQUEST, words)
    if said is not None:
        return said
    if named is None:
        raise Problem(problem_types.MALFORMED_REQUEST, "The query parameter format is missing.")
    return Batch.Format(named)


def _cursor(query: Mapping[str, str], form: re.Pattern[str]) -> str | None:
    cursor = query.get("cursor")
    if cursor is not None and not form.fullmatch(cursor):
        raise Problem(problem_types.MALFORMED_REQUEST, query_strings.FOREIGN_CURSOR)
    return cursor
