"""Django's handler, with a short way for machines: what it does for pages alone is left out."""

from collections.abc import Callable
from typing import Any

from django.core.handlers.wsgi import WSGIHandler
from django.db import DEFAULT_DB_ALIAS, connections
from django.http import HttpResponse

from credit import bodies_to_come
from credit.actions import decisions_together

DECISIONS = "/api/v1/decisions"


class Handler(WSGIHandler):
    """Takes a request of the API through the middleware, and gives its answer in one piece.

    No signals are sent: of what hears them only one thing matters here, that a thread's
    connection is good, and it is done (decision record 0011).
    """

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Any:
        """Answer one request with what the server iterates over."""
        body = bodies_to_come.awaited(environ)
        answer = self._answered(environ, start)
        if body is not None:
            body.finish()
        return answer

    def _answered(self, environ: dict[str, Any], start: Callable[..., Any]) -> Any:
        if not environ["PATH_INFO"].startswith("/api/"):
            return super().__call__(environ, start)
        if environ["PATH_INFO"] == DECISIONS and environ["REQUEST_METHOD"] == "POST":
            with decisions_together.coming():
                return self._answer(environ, start)
        return self._answer(environ, start)

    def _answer(self, environ: dict[str, Any], start: Callable[..., Any]) -> Any:
        connections[DEFAULT_DB_ALIAS].close_if_unusable_or_obsolete()
        response = self.get_response(self.request_class(environ))
        cookies = (("Set-Cookie", each.output(header="")) for each in response.cookies.values())
        status = f"{response.status_code} {response.reason_phrase}"
        # As they are kept: `items` looks each of them up by its name.
        start(status, [*response.headers._store.values(), *cookies])  # noqa: SLF001
        # A list is sent at once; of anything else the server asks for a piece at a time.
        return [response.content] if isinstance(response, HttpResponse) else response
