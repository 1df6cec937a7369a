"""The style sheets and the templates know the same classes, and every word can be translated."""

import re
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from frontend import apps, urls
from frontend.views import styleguide

ROOT = Path(apps.__file__).parent
TEMPLATES = {path.relative_to(ROOT / "templates"): path for path in ROOT.rglob("*.html")}
SHEETS = sorted((ROOT / "static").rglob("*.css"))
# What a template puts into a class by a name: states of decisions, kinds of messages and rows.
GIVEN = {
    *("approve", "refer", "decline", "clock", "success", "warning", "error", "info", "debug"),
    *("start", "took", "gave", "rest", "sum", "best", "contract", "light", "dark"),
    *("main", "ideal", "gap", "good"),
    *("own", "ring"),
}
BY_SCRIPT = {"htmx-request", "off"}  # of htmx while it waits; of keys.js
# All sheets together. A person holds this much in the head; what is new is made of what there is,
# or takes the place of something else. Long lines would hide lines.
MOST_LINES, LONGEST_LINE = 640, 100
TERMS = {"Evenhand", "SHA", "AUC", "Gini", "KS", "Brier", "ECE", "PSI", "IV", "AIR", "TPR", "FPR"}
TERMS |= {"model", "onnx", "UTC", "PD", "PDF"}


def used_classes():
    for path in TEMPLATES.values():
        for value in re.findall(
            r'\bclass="((?:{[{%].*?[}%]}|[^"])*)"', path.read_text(), re.DOTALL
        ):
            yield from re.sub(r"{{.*?}}|{%.*?%}", " ", value).split()
    for path in ROOT.rglob("*.py"):
        for value in re.findall(r'class="([\w -]+)"|"class": "([\w -]+)"', path.read_text()):
            yield from " ".join(value).split()


def styled_classes():
    for path in SHEETS:
        text = re.sub(r"/\*.*?\*/|{[^{}]*}", " ", path.read_text(), flags=re.DOTALL)
        yield from re.findall(r"\.([a-zA-Z][\w-]*)", text)


def test_every_class_of_a_style_sheet_is_used():
    assert not set(styled_classes()) - set(used_classes()) - GIVEN - BY_SCRIPT


def test_every_class_of_a_template_is_styled():
    assert not set(used_classes()) - set(styled_classes())


def test_the_style_sheets_stay_as_short_as_one_person_can_know():
    lines = [line for path in SHEETS for line in path.read_text().splitlines()]

    assert len(lines) <= MOST_LINES
    assert [line for line in lines if len(line) > LONGEST_LINE] == []


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.name)
def test_colours_are_tokens_and_sides_turn_with_the_language(path):
    text = path.read_text()
    sided = r"\b(?:margin|padding|border)-(?:left|right)\b|(?:text-align: |^\s*)(?:left|right)\b"

    if path.name != "tokens.css":
        assert not re.findall(r"#[0-9a-fA-F]{3,8}\b|\brgb\(", text)
    assert not re.findall(sided, text, re.MULTILINE)


def bare_words(text):
    """Give the words of a template that no tag offers for translation."""
    text = re.sub(
        r"{#.*?#}|{% blocktranslate.*?{% endblocktranslate %}", " ", text, flags=re.DOTALL
    )
    text = re.sub(r"<(code|svg|pre)\b.*?</\1>", " ", text, flags=re.DOTALL)
    text = re.sub(r"{% block main_class %}\w+", " ", text)  # a name that style sheets know
    text = re.sub(r"{%.*?%}|{{.*?}}", " ", text, flags=re.DOTALL)
    heard = re.findall(r'\b(?:aria-label|title|placeholder|alt|data-label)="([^"]*)"', text)
    shown = re.sub(r"<[^>]*>|&[#\w]+;", " ", text)
    return set(re.findall(r"[^\W\d_]{2,}", " ".join([shown, *heard]))) - TERMS


@pytest.mark.parametrize("name", sorted(TEMPLATES), ids=str)
def test_every_word_of_a_template_can_be_translated(name):
    if name.parts[0] != "styleguide":  # for who builds pages, in the language of the code
        assert not bare_words(TEMPLATES[name].read_text())


@pytest.mark.parametrize(
    "planted",
    [
        "<p>Hello</p>",
        '<p aria-label="Hello"></p>',
        "{% if a %}yes{% endif %}",
        '<a title="Of {{ x }}"></a>',
    ],
)
def test_a_bare_word_is_caught(planted):
    assert bare_words(planted)


# --- the style guide ------------------------------------------------------------------------------


def test_the_style_guide_is_no_page_of_the_product():
    assert "styleguide" not in {pattern.name for pattern in urls.urlpatterns}


def test_the_style_guide_shows_every_token_and_every_component(db):
    request = RequestFactory().get("/styleguide/")
    request.user = AnonymousUser()
    page = styleguide.index(request).content.decode()

    tokens = re.findall(r"^\s+--([\w-]+):", SHEETS_BY_NAME["tokens.css"].read_text(), re.MULTILINE)
    shown = {name for name in tokens if f"--{name}" in page}
    assert {name for name in tokens if name.startswith(("text-", "s")) and name != "shadow"} <= (
        shown | {"surface", "sunken"}
    )
    for component in ("button primary", "field", "note error", "chip", "card", "table", "tiles"):
        assert f'class="{component}' in page


SHEETS_BY_NAME = {path.name: path for path in SHEETS}


def test_days_are_written_as_the_language_writes_them():
    """`date` with a format of its own gives "26 November 2026" to a German; `day` does not."""
    own = re.compile(r'date:"[^"]*[jdFMY][^"]*"')

    assert [name for name, path in TEMPLATES.items() if own.search(path.read_text())] == []
