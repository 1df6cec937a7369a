from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from credit.queries import my_work
from frontend.access import SignedInRequest


@require_safe
def index(request: SignedInRequest) -> HttpResponse:
    """Show what one did oneself: there is no address at which anybody else could see it."""
    page = {
        "work": my_work.my_work(request.user, at=timezone.now()),
        "enough": my_work.ENOUGH,
        "near": round(100 * my_work.NEAR),
    }
    return render(request, "my_work/index.html", page)
