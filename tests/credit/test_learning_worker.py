"""The real worker, broker and database: a retraining is asked for, done, and proved."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
pytestmark = pytest.mark.xdist_group("stack")


@pytest.fixture
def manage(stack):
    """Run commands as a person at a prompt would while the product is up."""
    clean = {
        name: value
        for name, value in os.environ.items()
        if name not in {"DATABASE_URL", "OWNER_DATABASE_URL", "CELERY_BROKER_URL", "SECRET_KEY"}
    }
    var = str(Path(stack["environment"]).parent)

    def run(*arguments):
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments, "--json"],
            cwd=CHECKOUT,
            env={**clean, "EVENHAND_VAR": var},
            capture_output=True,
            text=True,
            check=False,
            timeout=180,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


def test_the_worker_trains_what_a_validator_asked_for(manage, stack):
    by = next(user["username"] for user in stack["users"] if user["role"] == "model_validator")

    done = manage("retrain", "consumer-loan", "--by", by, "--wait")

    assert done["state"] == "succeeded"
    assert done["version"].startswith("consumer-loan/")
    assert manage("verify_audit")["problems"] == []
