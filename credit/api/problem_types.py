"""Every kind of problem document this API sends: one table for the code, the page and the tests.

A `type` never changes its meaning and never disappears within `/api/v1/`.
"""

from dataclasses import dataclass

PAGE = "/api/v1/docs/problems/"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemType:
    """A kind of problem: its stable name, its HTTP status, and what to do about it."""

    name: str
    status: int
    title: str
    meaning: str
    remedy: str

    @property
    def uri(self) -> str:
        """What stands in `type`: a reference that leads to the paragraph about it."""
        return f"{PAGE}#{self.name}"


VALIDATION = ProblemType(
    name="validation",
    status=400,
    title="The request does not fit the contract",
    meaning="The body is good JSON, but a field is missing, unknown, of another type, out of its"
    " bounds, or names a product or category that does not exist. Nothing was stored.",
    remedy="Correct each field that “errors” points to and send the request again; the same"
    " Idempotency-Key may be used.",
)
MALFORMED_JSON = ProblemType(
    name="malformed-json",
    status=400,
    title="The body is not strict JSON",
    meaning="The body is empty, no JSON object, not UTF-8, nested too deeply, or holds something"
    " that readers of JSON would take differently: a repeated key, NaN, a number beyond its range,"
    " a NUL character.",
    remedy="Send one plain JSON object; “errors” points to the place.",
)
MALFORMED_REQUEST = ProblemType(
    name="malformed-request",
    status=400,
    title="The request is malformed",
    meaning="A header or the query string cannot be taken as it is: the body is not as long as"
    " Content-Length says, a query parameter is unknown, repeated or not readable, or the host"
    " name is not one of ours.",
    remedy="Correct what “detail” names.",
)
IDEMPOTENCY_KEY = ProblemType(
    name="idempotency-key",
    status=400,
    title="A usable Idempotency-Key is missing",
    meaning="The Idempotency-Key header is missing where it is needed, or is not 1 to 255 visible"
    " ASCII characters.",
    remedy="Send a random UUID of your own with each new request, and the same one when you try"
    " the same request again.",
)
UNAUTHENTICATED = ProblemType(
    name="unauthenticated",
    status=401,
    title="A valid API key or access token is needed",
    meaning="There is no API key or access token, or it is unknown, expired, revoked, or its"
    " partner is not active. “detail” says which of these, to whoever shows the whole key.",
    remedy="Send the header Authorization with the word Bearer, a blank and your key or token. Get"
    " a new token where yours is an hour old; ask your contact for a new key if it no longer"
    " works.",
)
OAUTH_REQUEST = ProblemType(
    name="oauth-request",
    status=400,
    title="The token request cannot be answered",
    meaning="The form names no grant, another grant than client_credentials, or a scope that the"
    " client has not. “error” says which, in the words of RFC 6749: invalid_request,"
    " unsupported_grant_type, invalid_scope.",
    remedy="Send grant_type=client_credentials, and no scope or some of the client's.",
)
OAUTH_CLIENT = ProblemType(
    name="oauth-client",
    status=401,
    title="The OAuth client is not known by this secret",
    meaning="The client's id or secret is missing or wrong, or the client has expired, was revoked"
    " or belongs to a partner that is not active. Which of these, we do not say. “error” is"
    " invalid_client, as in RFC 6749.",
    remedy="Send the id and the secret by HTTP Basic authentication, or as client_id and"
    " client_secret in the form.",
)
FORBIDDEN = ProblemType(
    name="forbidden",
    status=403,
    title="This key may not do that",
    meaning="The key is good but lacks the scope that this operation needs.",
    remedy="Use a key with the scope that “detail” names.",
)
NOT_FOUND = ProblemType(
    name="not-found",
    status=404,
    title="There is nothing here",
    meaning="The path does not exist, or what it names does not exist or belongs to someone else."
    " The answer is the same, so that nobody can find out what exists.",
    remedy="Check the path and the id.",
)
METHOD_NOT_ALLOWED = ProblemType(
    name="method-not-allowed",
    status=405,
    title="The method is not allowed here",
    meaning="The path exists and takes other methods.",
    remedy="Use one of the methods in the Allow header.",
)
NOT_ACCEPTABLE = ProblemType(
    name="not-acceptable",
    status=406,
    title="Answers are JSON",
    meaning="The Accept header leaves out application/json.",
    remedy="Send “Accept: application/json” or no Accept header.",
)
CONFLICT = ProblemType(
    name="conflict",
    status=409,
    title="The request does not fit what is already recorded",
    meaning="The request is well formed, but a rule of the business forbids it now. “detail” says"
    " which.",
    remedy="Read the decision or the batch again and see whether the request still makes sense.",
)
IDEMPOTENCY_CONFLICT = ProblemType(
    name="idempotency-conflict",
    status=409,
    title="This Idempotency-Key was used for another request",
    meaning="The same key came with another body before. What was stored then stands.",
    remedy="Use a new key for a new request, and byte for byte the same body for a repeated one.",
)
TOO_LARGE = ProblemType(
    name="too-large",
    status=413,
    title="The body is too large",
    meaning="The body is longer than 1 MiB (1,048,576 bytes), that of a token request longer than"
    " 8 KiB, or the file of a batch longer than 1 GiB (1,073,741,824 bytes).",
    remedy="Send a smaller body; cut a file into several batches.",
)
UNSUPPORTED_MEDIA_TYPE = ProblemType(
    name="unsupported-media-type",
    status=415,
    title="The body is of a media type that is not taken here",
    meaning="Content-Type is missing or is not application/json in UTF-8 (for a token request"
    " application/x-www-form-urlencoded; for a batch text/csv, application/x-ndjson,"
    " application/vnd.apache.parquet or application/octet-stream), or the body is compressed.",
    remedy="Send the Content-Type that “detail” names and no Content-Encoding.",
)
RATE_LIMITED = ProblemType(
    name="rate-limited",
    status=429,
    title="Too many requests",
    meaning="The key or OAuth client has sent more requests than its limit allows, or too many keys"
    " that open nothing came from one address. Nothing was stored.",
    remedy="Wait as many seconds as Retry-After says and send the same request again, with the"
    " same Idempotency-Key. The RateLimit header of each answer says what is left.",
)
INTERNAL = ProblemType(
    name="internal",
    status=500,
    title="Something broke on our side",
    meaning="A fault of ours; it is in our log under the request id. Nothing was half stored.",
    remedy="Try again with the same Idempotency-Key. If it stays, send us the “request_id”.",
)
UNAVAILABLE = ProblemType(
    name="unavailable",
    status=503,
    title="Not available at the moment",
    meaning="The database does not answer, another request was changing the same records, or too"
    " many requests are being sent whose bodies do not come. Nothing was half stored.",
    remedy="Wait as many seconds as Retry-After says and send the same request with the same"
    " Idempotency-Key.",
)

ALL = (
    VALIDATION,
    MALFORMED_JSON,
    MALFORMED_REQUEST,
    IDEMPOTENCY_KEY,
    OAUTH_REQUEST,
    UNAUTHENTICATED,
    OAUTH_CLIENT,
    FORBIDDEN,
    NOT_FOUND,
    METHOD_NOT_ALLOWED,
    NOT_ACCEPTABLE,
    CONFLICT,
    IDEMPOTENCY_CONFLICT,
    TOO_LARGE,
    UNSUPPORTED_MEDIA_TYPE,
    RATE_LIMITED,
    INTERNAL,
    UNAVAILABLE,
)
