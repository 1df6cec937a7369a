"""What the worker does all the time loads no statistics where there is nothing to do.

They take seconds and some 200 MB, in each of its processes.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connections
from psycopg.conninfo import make_conninfo

from credit.schedule import EVERY, MINUTE

CHECKOUT = Path(__file__).parents[2]
OF_MONTHS = "monitoring.report_fairness_of_months"
FREQUENT = sorted({OF_MONTHS} | {task for task, seconds in EVERY.values() if seconds <= 2 * MINUTE})
STATISTICS = ("pandas", "sklearn", "fairlearn", "xgboost", "scipy.stats", "scipy.optimize")
RUN = f"""
import sys
import django
django.setup()
from credit.celery import app
app.loader.import_default_modules()
begun = {{name for name in {STATISTICS} if name in sys.modules}}
assert not begun, f"before anything was done: {{begun}}"
for name in {FREQUENT}:
    app.tasks[name].run()
    loaded = [each for each in {STATISTICS} if each in sys.modules]
    assert not loaded, f"{{name}} loaded {{loaded}}"
"""


def environment(tmp_path):
    said = connections["default"].settings_dict
    address = make_conninfo(
        dbname=said["NAME"],
        host=said["HOST"],
        port=said["PORT"],
        user=said["USER"],
        password=said["PASSWORD"],
    )
    return {
        **os.environ,
        "DATABASE_URL": address,
        "DJANGO_SETTINGS_MODULE": "credit.settings",
        "CELERY_BROKER_URL": "memory://",
        "EVENHAND_VAR": str(tmp_path),
    }


def run(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", RUN],
        cwd=CHECKOUT,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stderr if done.returncode else ""


def test_frequent_tasks_are_many():
    assert {"monitoring.answer_fairness", "monitoring.report_gaps"} <= set(FREQUENT)
    assert len(FREQUENT) > 15


@pytest.mark.usefixtures("committed")
def test_frequent_tasks_with_nothing_to_do_load_no_statistics(tmp_path):
    assert run(tmp_path) == ""
