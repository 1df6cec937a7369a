"""Pages about the API: the guide, every operation to try, and a paragraph for each problem."""

from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from credit import plain_markdown
from credit.api import fault_codes, problem_types
from credit.api.read_only import read_only
from credit.plain_markdown import Part

_DEMO = "http://127.0.0.1:8000"  # the address in the guide's examples


@read_only
def index(request: HttpRequest) -> HttpResponse:
    """Show every operation, with a form to try it."""
    return render(request, "api/docs.html")


@read_only
def guide(request: HttpRequest) -> HttpResponse:
    """Show the guide for partners' engineers; its examples name the address that it is read at."""
    title, *parts = _guide(request.build_absolute_uri("/").rstrip("/"))
    return render(request, "api/guide.html", {"title": title, "parts": parts})


@read_only
def problems(request: HttpRequest) -> HttpResponse:
    """Say of each problem what it means and what to do."""
    told = {"problem_types": problem_types.ALL, "fault_codes": fault_codes.GROUPS}
    return render(request, "api/problems.html", told)


@lru_cache(maxsize=8)
def _guide(address: str) -> tuple[Part, ...]:
    text = (settings.BASE_DIR / "docs" / "api.md").read_text(encoding="utf-8")
    return plain_markdown.parts(text.replace(_DEMO, address))
