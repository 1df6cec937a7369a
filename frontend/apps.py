from django.apps import AppConfig


class FrontendConfig(AppConfig):
    """The pages. They hold no data of their own."""

    name = "frontend"
