"""The language a page speaks: the one its reader chose, else the one their browser asks for."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers

Answer = Callable[[HttpRequest], HttpResponse]
MACHINES = "/api/"  # problem documents and the API's own pages are English


def spoken(answer: Answer) -> Answer:
    """Speak the reader's language while the page is made, and no longer.

    Django's own middleware leaves the thread in the language of its last page, and the next
    request of that thread may be the API's, which takes another way.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(MACHINES):
            return answer(request)
        language = translation.get_language_from_request(request)
        with translation.override(language):
            response = answer(request)
        if response.headers.get("Content-Type", "").startswith("text/html"):
            response.headers.setdefault("Content-Language", language)
            patch_vary_headers(response, ("Accept-Language", "Cookie"))
        return response

    return middleware
