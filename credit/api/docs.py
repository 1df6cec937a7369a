"""Pages about the API: to read and try it, and a paragraph for each kind of problem."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from credit.api import problem_types
from credit.api.read_only import read_only


@read_only
def index(request: HttpRequest) -> HttpResponse:
    """Show every operation, with a form to try it."""
    return render(request, "api/docs.html")


@read_only
def problems(request: HttpRequest) -> HttpResponse:
    """Say of each problem what it means and what to do."""
    return render(request, "api/problems.html", {"problem_types": problem_types.ALL})
