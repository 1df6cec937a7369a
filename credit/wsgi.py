import os

import django
from django.conf import settings
from django.utils.module_loading import import_string

from credit import memory, outages
from credit.celery import app

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "credit.settings")
django.setup(set_prefix=False)

from credit.actions import decisions_together  # noqa: E402 - Django is set up first
from credit.handler import Handler  # noqa: E402 - the same

application = Handler()
outages.watch()
decisions_together.begin()
import_string(settings.EVENHAND_BESIDE_THE_WEB)()
# Whoever waits for an answer does not wait for a broker that hangs: its message is only a hint.
app.conf.broker_transport_options |= {"socket_timeout": 2}
memory.keep_what_is_loaded()
