from django.apps import AppConfig


class CreditConfig(AppConfig):
    """The one domain app."""

    name = "credit"
    default_auto_field = "django.db.models.BigAutoField"
