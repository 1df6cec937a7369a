"""The Celery application: a hint that work is waiting. The rows in PostgreSQL are the truth."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "credit.settings")

app = Celery("evenhand", task_cls="credit.metered_task:MeteredTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["credit", "monitoring"])
