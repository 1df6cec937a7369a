"""The domain: who decided what about which application, under which model, and the proof of it."""

from credit.celery import app as celery_app

__all__ = ["celery_app"]
