from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.translation import gettext as _

from credit.actions.refusals import ActionDenied, NotAllowed

Refusals = type[ActionDenied] | tuple[type[ActionDenied], ...]


@contextmanager
def told(request: HttpRequest, *, but: Refusals = (), words: str = "") -> Iterator[None]:
    """Tell the person what an action refused; whoever may not do it at all gets the 403 page.

    A refusal of the kind `but` passes: it belongs beside the form. `words` are what was typed,
    where another page follows that has the form no more, or has it empty: they are given back.
    """
    try:
        yield
    except but:
        raise
    except NotAllowed as denied:
        raise PermissionDenied(str(denied)) from denied
    except ActionDenied as denied:
        messages.error(request, str(denied))
        give_back(request, words)


def give_back(request: HttpRequest, words: str) -> None:
    """Show what was typed and is not recorded, so that it need not be thought of again."""
    if words:
        messages.info(request, _("Not recorded: “{words}”").format(words=words))


def understood(form: forms.Form) -> tuple[dict[str, Any], int]:
    """Give the filters of an address that can be, and the status: what cannot be filters nothing.

    The page says which those are (`_not_understood.html`). What an address names and is not there,
    as a product, stays a 404.
    """
    status = 200 if form.is_valid() else 422
    return form.cleaned_data, status


@contextmanager
def beside(form: forms.Form, field: str | None = None) -> Iterator[None]:
    """Put what an action refused at the form, whose page is to be shown again as it was typed."""
    try:
        yield
    except NotAllowed as denied:
        raise PermissionDenied(str(denied)) from denied
    except ActionDenied as denied:
        form.add_error(field, str(denied))
