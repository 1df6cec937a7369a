"""Whatever is done on a page of the console is done at a prompt, too, by the same action."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COMMANDS = [
    *(ROOT / "credit/management").rglob("*.py"),
    *(ROOT / "frontend/management").rglob("*.py"),
]
# What model owners, validators and compliance act on; officers' casework is theirs alone.
CONSOLE = (
    *("alerts", "dossiers", "fair_alternatives", "holds", "learning", "models", "policies"),
    *("promotions", "registry"),
)


def _names(tree):
    """Give the modules of actions that a file imports, by the names that it has for them."""
    return {
        each.asname or each.name: each.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "credit.actions"
        for each in node.names
    }


def actions_of(*files):
    """List the functions of actions that some files name, as module and function."""
    found = set()
    for file in files:
        tree = ast.parse(file.read_text())
        names = _names(tree)
        found |= {
            (names[node.value.id], node.attr)
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id in names
            and node.attr[0].islower()
        }
    return found


@pytest.mark.parametrize("page", CONSOLE)
def test_what_a_page_of_the_console_does_a_command_does(page):
    on_the_page = actions_of(ROOT / "frontend" / "views" / f"{page}.py")

    assert on_the_page, "the page calls no action: is it still this file?"
    assert on_the_page <= actions_of(*COMMANDS)
