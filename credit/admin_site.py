"""The door of `/admin/`: the role decides, not a flag that someone once set."""

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from credit.models import Role, User


class Site(AdminSite):
    """Lets administrators in, and signs people in where everyone does."""

    site_header = site_title = _("Evenhand accounts")
    index_title = _("Accounts, partners and keys")

    def has_permission(self, request: HttpRequest) -> bool:
        """Say whether this person may be here at all."""
        return isinstance(request.user, User) and request.user.has_role(Role.ADMINISTRATOR)

    def login(
        self, request: HttpRequest, extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        """Send to the sign-in page, which locks out guessing; never in a circle."""
        del extra_context
        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect_to_login(request.GET.get("next", "/admin/"))
