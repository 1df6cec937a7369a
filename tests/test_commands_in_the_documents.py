"""A command line in the documents is one that the command takes."""

import re
import shlex
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class
from django.core.management.base import CommandError

CHECKOUT = Path(__file__).parents[1]
PLACES = ("README.md", "docs/*.md", "docs/runbooks/*.md", "deploy/*.md", "contracts/*/README.md")
DOCUMENTS = sorted(file for place in PLACES for file in CHECKOUT.glob(place))
FENCED = re.compile(r"^```[a-z]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
IN_A_LINE = re.compile(r"`([^`]*manage\.py [^`]+)`")
COMMAND = re.compile(r"manage\.py ([a-z_]+.*)")
STANDS_FOR_A_VALUE = re.compile(r"\b[A-Z]+\b")  # PRODUCT, ID, N
LEFT_OPEN = "…"


def lines_of(document):
    """Find the command lines of a document: each, and whether it is a whole one."""
    text = document.read_text(encoding="utf-8")
    for block in FENCED.findall(text):
        for line in block.replace("\\\n", " ").splitlines():
            yield from ((found, True) for found in COMMAND.findall(line))
    for said in IN_A_LINE.findall(FENCED.sub("", text)):
        is_whole = "python " in said  # as it would be typed; "manage.py retire" is only its name
        yield from ((found, is_whole) for found in COMMAND.findall(said.replace("\n", " ")))


CASES = [
    pytest.param(line, is_whole, id=f"{document.relative_to(CHECKOUT)}: {line}")
    for document in DOCUMENTS
    for line, is_whole in dict.fromkeys(lines_of(document))
    if LEFT_OPEN not in line
]


@pytest.mark.parametrize(("line", "is_whole"), CASES)
def test_it_is_taken_as_it_stands(line, is_whole):
    bare = re.split(r"\s[|#>]\s|\s[|#]", line)[0].replace("[", " ").replace("]", " ")
    name, *arguments = shlex.split(STANDS_FOR_A_VALUE.sub("1", bare))
    parser = load_command_class(get_commands()[name], name).create_parser("manage.py", name)
    for action in parser._actions:
        if getattr(action.type, "__name__", "").endswith("_named"):
            action.type = str  # it would ask the database for what the example names
    if not is_whole:  # within a sentence a command may be named without all that it needs
        for part in (*parser._actions, *parser._mutually_exclusive_groups):
            part.required = False
        for action in parser._actions:
            if not action.option_strings and action.nargs is None:
                action.nargs = "?"

    try:
        parser.parse_args([each for each in arguments if each != "--help"])
    except CommandError as refused:
        pytest.fail(f"manage.py {line}: {refused}")
