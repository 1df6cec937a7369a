"""No sentence that is stored in English and shown translated is forgotten in the list of them.

Read from the code: every file that hands words to what stores them, and every file of words. What
stands between the places of its strings must stand in a sentence of the list, too.
"""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from frontend.stored_sentences import WORDS

CHECKOUT = Path(__file__).parents[2]
ROOMS = ("scoring", "credit", "monitoring")
ENGLISH = (  # of machines, terminals and files
    *("/migrations/", "/management/", "credit/api/"),
    *("scoring/contracts/", "scoring/files/ingestion.py"),
)
# Who calls one of these gives it words that are stored: alerts, findings, gates, steps of a
# training, problems of a notice, and why a model could not score.
STORES = (
    "raise_alert",
    "note_passed",
    "Finding",
    "Gate",
    "progress",
    "Problem",
    "ModelUnavailable",
)
MORE = {  # files whose words others store
    *("credit/queries/audit.py", "credit/retraining.py", "credit/considering.py"),
    *("scoring/files/data_quality.py", "scoring/groups/laws_gate.py", "scoring/records.py"),
    *("scoring/uncertainty.py", "scoring/notices/certificates.py", "scoring/notices/proofs.py"),
    *("scoring/simulation/alarms.py", "credit/simulating/learning.py"),
}
TRANSLATED = {"gettext", "gettext_lazy", "_", "ngettext", "ngettext_lazy"}
NOT_SHOWN = {"log", "audit", "require_role", "_check_may", "execute"}  # called, or called on
NOT_STORED = {
    "must be the name of a product": "The API's.",
    "is no product that takes applications": "The API's.",
    "The training run": "The log's.",
    "was taken up by another worker.": "The log's.",
    "The key of its secret is gone; the partner must exchange it.": "The log's.",
    "The worker gives signs of life.": "A finding that all is well: its words are kept nowhere.",
    "It fails no more.": "A finding that all is well: its words are kept nowhere.",
    "Not asked:": "A check that raises no alarm: a report shows alarms.",
    "Reading the loans": "A step of the time machine, at a terminal.",
    "Comparing strategies": "A step of the time machine, at a terminal.",
    "Training the first model": "A step of the time machine, at a terminal.",
    "Replaying real loans, to see how the learning loop fares.": "In a person's name.",
    "Not for anybody's real application: officers and outcomes are replayed.": "In its name.",
    "By its own trainer.": "In a person's name.",
    "(bootstrap models)": "The name under which it is set aside.",
    "(the row itself)": "The ingestion's report, at a terminal.",
}
_OF_WORDS = re.compile(r"[a-z]{2,}[,;:]? [a-z]{2,}", re.IGNORECASE)
_OF_MACHINES = re.compile(r"[A-Z]{4,} |\w+\[")  # SQL, types
_PLACE = re.compile(r"\{\w*\}")


@cache
def told():
    """Give what may be said: the sentences of the list, their places cut out."""
    return [_PLACE.sub("\0", words).lower() for words in WORDS]


def files():
    """Give the files whose words are stored."""
    calls = re.compile(rf"\b(?:{'|'.join(STORES)})\(")
    for room in ROOMS:
        for path in sorted((CHECKOUT / room).rglob("*.py")):
            name = path.relative_to(CHECKOUT).as_posix()
            if any(part in name for part in ENGLISH):
                continue
            if name in MORE or name.endswith("words.py") or calls.search(path.read_text()):
                yield name


def pieces(text):
    """Give what stands between the places of the strings that nobody has translated yet."""
    for string in strings(ast.parse(text)):
        for piece in (each.strip() for each in _PLACE.split(string)):
            if _OF_WORDS.search(piece) and not _OF_MACHINES.match(piece):
                yield piece


def strings(node):
    for child in ast.iter_child_nodes(node):
        is_docstring = isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)
        if is_docstring or is_refusal(child) or called(child) & (TRANSLATED | NOT_SHOWN):
            continue
        if isinstance(child, ast.keyword) and child.arg == "help_text":
            continue
        if isinstance(child, ast.Constant) and isinstance(child.value, str):
            yield child.value
        yield from strings(child)


def called(node):
    """Give the name that is called, and that of what it is called on."""
    if not isinstance(node, ast.Call):
        return set()
    of = node.func
    if isinstance(of, ast.Name):
        return {of.id}
    on = of.value.id if isinstance(of, ast.Attribute) and isinstance(of.value, ast.Name) else ""
    return {on, of.attr if isinstance(of, ast.Attribute) else ""}


def is_refusal(node):
    """Say whether it tells a person or a program of now; why a model cannot score is kept."""
    return isinstance(node, ast.Raise) and "ModelUnavailable" not in called(node.exc)


def forgotten(text):
    return [
        piece
        for piece in pieces(text)
        if piece not in NOT_STORED and not any(piece.lower() in words for words in told())
    ]


@pytest.mark.parametrize("name", [*files()])
def test_every_sentence_that_a_file_has_stored_is_listed(name):
    left = forgotten((CHECKOUT / name).read_text())

    assert not left, f"{name}: list them in frontend/stored_sentences: {left}"


@pytest.mark.parametrize(
    "text",
    [
        'raise_alert(message=f"The moon is full over {product}.")',
        'MESSAGES = {"a": gettext_noop("Of {n} moons, one is full.")}',
        'raise ModelUnavailable("full_moon", f"{version} scores at new moon only.")',
        'def _words(n):\n    return f"{n:,} moons are full" if n else "no moon is full"',
    ],
)
def test_one_that_is_forgotten_is_found(text):
    assert forgotten(text)


@pytest.mark.parametrize(
    "text",
    [
        '"""A sentence about the moon."""',
        'gettext("The moon is full.")',
        'raise MoonRefused(f"The moon over {product} is full.")',
        'log.info("the moon is full", product=name)',
        'f"Only {n} bad loans: training needs at least {least}."',
    ],
)
def test_what_is_listed_or_never_stored_is_left_alone(text):
    assert not forgotten(text)


def test_nothing_is_left_out_that_is_not_there():
    found = {piece for name in files() for piece in pieces((CHECKOUT / name).read_text())}

    assert set(NOT_STORED) <= found
    assert set(files()) >= MORE
