import os

from django.core.wsgi import get_wsgi_application

from credit import outages
from credit.celery import app

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "credit.settings")

application = get_wsgi_application()
outages.watch()
# Whoever waits for an answer does not wait for a broker that hangs: its message is only a hint.
app.conf.broker_transport_options |= {"socket_timeout": 2}
