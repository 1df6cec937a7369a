from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    """The read side: what the product's figures come to. It owns its reports and nothing else."""

    name = "monitoring"
    default_auto_field = "django.db.models.BigAutoField"
