import os
import time
from pathlib import Path

from celery import Celery

app = Celery("fake", broker=os.environ["CELERY_BROKER_URL"])
app.conf.broker_connection_retry_on_startup = True


@app.task
def leave(name):
    """Leave a mark where the test looks for it."""
    Path("marks", name).touch()


@app.task(acks_late=True)
def dawdle(name):
    """Leave a mark and stay busy until it is taken away."""
    Path("marks", name).touch()
    while Path("marks", name).exists():
        time.sleep(0.05)
