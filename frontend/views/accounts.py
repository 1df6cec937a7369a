from typing import TYPE_CHECKING, cast

from django.contrib.auth.views import LoginView, LogoutView

from frontend.access import first_page
from frontend.forms import SignInForm

if TYPE_CHECKING:
    from credit.models import User


class SignIn(LoginView):
    """Sign in, then go on to the page that was asked for or to where one's work begins."""

    template_name = "accounts/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_default_redirect_url(self) -> str:
        """Land on the first page of one's role."""
        user = cast("User", self.request.user)
        return first_page(user) or super().get_default_redirect_url()


sign_in = SignIn.as_view()
sign_out = LogoutView.as_view()
