from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from credit.actions.refusals import ActionDenied, NotAllowed


@contextmanager
def told(
    request: HttpRequest, *, but: type[ActionDenied] | tuple[type[ActionDenied], ...] = ()
) -> Iterator[None]:
    """Tell the person what an action refused; whoever may not do it at all gets the 403 page.

    A refusal of the kind `but` passes: it belongs beside the form.
    """
    try:
        yield
    except but:
        raise
    except NotAllowed as denied:
        raise PermissionDenied(str(denied)) from denied
    except ActionDenied as denied:
        messages.error(request, str(denied))
