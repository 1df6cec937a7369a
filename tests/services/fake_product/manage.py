"""The commands that `./run demo` calls, as far as it can tell."""

import json
import os
import sys
import time
from pathlib import Path

ROLES = ("officer", "model_developer", "model_validator", "compliance")


def create_demo_users():
    password = os.environ["EVENHAND_DEMO_PASSWORD"]
    users = [{"username": f"a-{role}", "password": password, "role": role} for role in ROLES]
    return {"users": users}


def products():
    return {"products": [{"slug": "consumer-loan", "champion": Path("onboarded").exists()}]}


def onboard():
    if Path("broken").exists():
        raise SystemExit("row 7, column age: no number")
    with Path("onboarded").open("a") as file:
        file.write(" ".join(sys.argv[2:]) + "\n")


def issue_key():
    with Path("keys").open("a") as file:
        file.write(f"key-{os.getpid()}\n")
    return {"key": f"key-{os.getpid()}"}


def create_demo_past():
    while Path("slow").exists() and "catch_up small" not in _history():
        time.sleep(0.05)
    return {"decided": 0 if Path("past").exists() else 3}


def _history():
    path = Path("history")
    return path.read_text() if path.exists() else ""


def simulate():
    if Path("undated").exists():
        raise SystemExit("the loans have no days")
    answer = _noted("simulate")
    sys.stderr.write("Comparing strategies: 95%\n")
    sys.stderr.flush()
    while Path("slow").exists() and "catch_up small" not in _history():
        time.sleep(0.05)
    return answer


def fairness():
    return _noted("fairness")


def catch_up():
    return _noted("catch_up")


def issue_notices():
    return _noted("issue_notices")


def _noted(command):
    with Path("history").open("a") as file:
        file.write(" ".join([command, *sys.argv[2:]]) + "\n")
    return {}


if __name__ == "__main__":
    answer = globals().get(sys.argv[1], dict)()
    sys.stdout.write(json.dumps(answer))
