"""Clients made from the API's document as it is, by the generators that partners use."""

import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from waiting import LONG

DOCUMENT = Path(__file__).parents[2] / "docs" / "openapi.json"


@pytest.fixture(scope="session")
def generated(tmp_path_factory):
    """Make the Python client; give its folder, and what was said about it."""
    folder = tmp_path_factory.mktemp("client") / "partner_client"
    tools = Path(sys.executable).parent  # the generator formats with ruff
    made = subprocess.run(
        [
            *(sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none"),
            *("--path", DOCUMENT, "--output-path", folder, "--fail-on-warning"),
        ],
        env={**os.environ, "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=LONG,
    )
    return folder, made


class Client:
    """The generated client at work: operations by name, on the running product."""

    def __init__(self, address, key):
        client = importlib.import_module("partner_client")
        self.models = importlib.import_module("partner_client.models")
        self.types = importlib.import_module("partner_client.types")
        ways = {"base_url": address, "raise_on_unexpected_status": True, "timeout": LONG}
        self.known = client.AuthenticatedClient(token=key, **ways)
        self.unknown = client.Client(**ways)

    def ask(self, tag, operation, *path, known=True, **given):
        """Call an operation and give the whole answer; what it means is in `parsed`."""
        module = importlib.import_module(f"partner_client.api.{tag}.{operation}")
        return module.sync_detailed(*path, client=self.known if known else self.unknown, **given)


@pytest.fixture(scope="session")
def client(generated, stack):
    """Give the client with the demo partner's key."""
    folder, _ = generated
    sys.path.insert(0, str(folder.parent))
    made = Client(stack["base_url"].rstrip("/"), stack["key"])
    with made.known, made.unknown:
        yield made
    sys.path.remove(str(folder.parent))
