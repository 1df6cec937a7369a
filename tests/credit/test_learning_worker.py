"""The real worker, broker and database: a retraining is asked for, done, and proved."""

import pytest

pytestmark = pytest.mark.long


def test_the_worker_trains_what_a_validator_asked_for(manage, stack):
    by = next(user["username"] for user in stack["users"] if user["role"] == "model_validator")

    done = manage("retrain", "consumer-loan", "--by", by, "--wait")

    assert done["state"] == "succeeded"
    assert done["version"].startswith("consumer-loan/")
    assert manage("verify_audit")["problems"] == []
