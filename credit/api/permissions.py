"""Which scope an operation needs; an operation that names none is refused to every key."""

from typing import TYPE_CHECKING

from django.http import HttpRequest
from rest_framework.permissions import BasePermission

from credit.api import problem_types
from credit.api.authentication import Caller
from credit.api.problem_documents import Problem

if TYPE_CHECKING:  # the framework's views import this module when they are first read
    from rest_framework.views import APIView

ANY_KEY = "any"
NO_KEY = "none"  # an endpoint that asks for no key has no permission classes either


class HasScope(BasePermission):
    """Holds `Endpoint.scopes` against the scopes of the key."""

    def has_permission(self, request: HttpRequest, view: "APIView") -> bool:
        """Say whether there is a key; a key without the scope is refused by the scope's name."""
        caller = getattr(view, "caller", None)
        if not isinstance(caller, Caller):
            return False
        method = "GET" if request.method == "HEAD" else str(request.method)
        needed = getattr(view, "scopes", {}).get(method)
        if needed is None:
            return method not in view.allowed_methods  # 405 follows
        if needed != ANY_KEY and needed not in caller.grant.scopes:
            raise Problem(problem_types.FORBIDDEN, f"This key lacks the scope {needed}.")
        return True
