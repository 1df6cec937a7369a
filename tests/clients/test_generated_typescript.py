"""What openapi-typescript makes of the document are types that a partner's code compiles with."""

import shutil
import subprocess
from pathlib import Path

import pytest
from waiting import LONG

CHECKOUT = Path(__file__).parents[2]
NODE = CHECKOUT / "var" / "node"
PARTNER = Path(__file__).parent / "typescript" / "partner.ts"
TOOLS = NODE / "node_modules" / ".bin"
STRICT = ("--noEmit", "--strict", "--exactOptionalPropertyTypes", "--target", "es2022")


@pytest.fixture
def node():
    """Run a tool of Node's that the set-up has installed; without any the test is skipped."""
    if shutil.which("node") is None:
        pytest.skip("there is no Node on this machine")
    if not TOOLS.exists():
        pytest.skip(f"the set-up could not fetch openapi-typescript: npm ci --prefix {NODE}")

    def run(tool, *arguments):
        return subprocess.run(
            [TOOLS / tool, *map(str, arguments)],
            cwd=NODE,
            capture_output=True,
            text=True,
            check=False,
            timeout=LONG,
        )

    return run


def test_types_are_made_without_a_warning_and_a_partner_s_code_compiles(node, tmp_path):
    made = node("openapi-typescript", CHECKOUT / "docs" / "openapi.json", "-o", tmp_path / "v1.ts")
    shutil.copy(PARTNER, tmp_path)
    compiled = node("tsc", *STRICT, tmp_path / "partner.ts")

    assert made.returncode == 0, made.stderr
    assert "warn" not in (made.stdout + made.stderr).lower()
    assert compiled.returncode == 0, compiled.stdout
