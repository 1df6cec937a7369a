"""Plain views that anybody may read: no key, no session, no form."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from credit.api import problem_types
from credit.api.problem_documents import Problem, respond

View = Callable[[HttpRequest], HttpResponse]


def read_only(view: View) -> View:
    """Answer GET and HEAD; another method gets the problem document and not a page about forms."""

    @csrf_exempt
    @wraps(view)
    def answer(request: HttpRequest) -> HttpResponse:
        if request.method in {"GET", "HEAD"}:
            return view(request)
        detail = f'Method "{request.method}" not allowed.'
        headers = {"Allow": "GET, HEAD"}
        return respond(Problem(problem_types.METHOD_NOT_ALLOWED, detail, headers=headers), request)

    return answer
