"""The body of a request, read once and only if its headers say what it really is."""

import hashlib
from dataclasses import dataclass
from urllib.parse import parse_qsl

from django.conf import settings
from django.http import HttpRequest
from django.http.request import UnreadablePostError

from credit.api import problem_types, strict_json
from credit.api.faults import Fault, is_storable
from credit.api.problem_documents import Problem

JSON_TYPE = "application/json"
FORM_TYPE = "application/x-www-form-urlencoded"
LARGEST_FORM = 8 * 1024  # bytes
_MOST_FIELDS = 20


@dataclass(frozen=True, slots=True)
class Body:
    """A JSON object as it was sent, and the fingerprint of its bytes."""

    content: dict[str, object]
    sha256: str


def read(request: HttpRequest) -> Body:
    """Read the JSON object of a request, or refuse it with the fitting problem."""
    _refuse_other_types(request, JSON_TYPE)
    raw = _read_exactly(request, _length(request, most=settings.DATA_UPLOAD_MAX_MEMORY_SIZE))
    if not raw:
        fault = Fault("", "empty", "The body is empty.")
        raise Problem(problem_types.MALFORMED_JSON, fault.detail, fault)
    try:
        content = strict_json.parse_object(raw)
    except strict_json.JsonRefused as refused:
        raise Problem(problem_types.MALFORMED_JSON, str(refused), *refused.faults) from refused
    return Body(content, hashlib.sha256(raw).hexdigest())


def refuse(request: HttpRequest) -> None:
    """Refuse a body where none is read: whoever sends one expects something of it."""
    if request.META.get("CONTENT_LENGTH") not in {None, "", "0"}:
        raise Problem(problem_types.MALFORMED_REQUEST, "This operation takes no body.")


def read_form(request: HttpRequest) -> list[tuple[str, str]]:
    """Read the fields of a form, each of them once."""
    _refuse_other_types(request, FORM_TYPE)
    raw = _read_exactly(request, _length(request, most=LARGEST_FORM))
    try:
        text = raw.decode()
        fields = parse_qsl(
            text, keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS
        )
    except ValueError as error:  # not UTF-8, or too many
        raise Problem(problem_types.MALFORMED_REQUEST, "The form is not readable.") from error
    if len(fields) != len({name for name, _ in fields}):
        raise Problem(problem_types.MALFORMED_REQUEST, "A field stands in the form twice.")
    if not all(is_storable(name) and is_storable(value) for name, value in fields):
        raise Problem(problem_types.MALFORMED_REQUEST, "There is a NUL in the form.")
    return fields


def _refuse_other_types(request: HttpRequest, wanted: str) -> None:
    if request.META.get("HTTP_CONTENT_ENCODING"):
        raise Problem(
            problem_types.UNSUPPORTED_MEDIA_TYPE,
            "Send the body without Content-Encoding.",
        )
    media_type, _, rest = request.META.get("CONTENT_TYPE", "").lower().partition(";")
    charset = rest.replace('"', "").strip()
    if media_type.strip() != wanted or charset not in {"", "charset=utf-8", "charset=utf8"}:
        raise Problem(
            problem_types.UNSUPPORTED_MEDIA_TYPE, f"The Content-Type must be {wanted} in UTF-8."
        )


def _length(request: HttpRequest, *, most: int) -> int:
    stated = request.META.get("CONTENT_LENGTH") or ""
    if not stated:
        raise Problem(problem_types.MALFORMED_REQUEST, "There is no Content-Length.")
    if not (stated.isascii() and stated.isdigit()):
        raise Problem(problem_types.MALFORMED_REQUEST, "Content-Length is no number of bytes.")
    if len(stated) > len(str(most)) or int(stated) > most:
        raise Problem(problem_types.TOO_LARGE, f"The body may have at most {most} bytes.")
    return int(stated)


def _read_exactly(request: HttpRequest, length: int) -> bytes:
    try:
        raw = request.read(length + 1)
    except UnreadablePostError as error:
        raise Problem(problem_types.MALFORMED_REQUEST, "The body broke off.") from error
    if len(raw) != length:
        raise Problem(
            problem_types.MALFORMED_REQUEST,
            f"Content-Length says {length} bytes, but {len(raw)} came.",
        )
    return raw
