from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class CreditConfig(AppConfig):
    """The one domain app."""

    name = "credit"
    default = True
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the checks, which is done by importing them."""
        from credit import checks  # noqa: F401, PLC0415


class AccountsConfig(admin_apps.AdminConfig):
    """Django's admin, for accounts, partners and keys, and for administrators only."""

    default = False
    default_site = "credit.admin_site.Site"
