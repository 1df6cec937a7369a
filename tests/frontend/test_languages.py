"""Pages in another language: who chooses it, what is said in it, and what stays English."""

import json
import re

import factories
import pytest
from django.test import Client
from django.utils import translation

from credit.models import Role
from frontend import catalogue

GERMAN = {"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"}


@pytest.fixture(scope="module", autouse=True)
def _code_is_read_once():
    """Remember the strings of code and templates: no test here changes them."""
    found = list(catalogue.found())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogue, "found", lambda: iter(found))
        yield


@pytest.mark.parametrize("language", catalogue.languages())
def test_every_string_of_code_and_templates_is_translated(language):
    left = catalogue.left_to_do(language)

    assert not left, "`./run messages` adds what is missing; then translate it:\n" + "\n".join(left)


FLAWED = {
    "not translated": 'msgid "Queue"\nmsgstr ""',
    "in doubt": '#, fuzzy\nmsgid "Queue"\nmsgstr "Schlange"',
    "no longer used": 'msgid "Nowhere in the code"\nmsgstr "Nirgends"',
    "other places than the original": 'msgid "The key {key} is revoked."\nmsgstr "{schluessel}"',
    "not in the catalogue": "",
}


@pytest.mark.parametrize("flaw", FLAWED)
def test_a_flaw_of_a_catalogue_is_named(flaw, tmp_path, monkeypatch):
    monkeypatch.setattr(catalogue, "LOCALES", tmp_path)
    folder = tmp_path / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text(f'msgid ""\nmsgstr "Language: de"\n\n{FLAWED[flaw]}\n')

    assert any(problem.startswith(flaw) for problem in catalogue.left_to_do("de"))


def test_an_update_adds_what_is_new_and_keeps_what_was_translated(tmp_path, monkeypatch):
    monkeypatch.setattr(catalogue, "LOCALES", tmp_path)
    folder = tmp_path / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    old = 'msgid "Queue"\nmsgstr "Schlange"\n\nmsgid "Gone"\nmsgstr "Fort"'
    (folder / "django.po").write_text(f'msgid ""\nmsgstr "Language: de"\n\n{old}\n')

    assert catalogue.main(["de"]) == 1

    have = catalogue.of("de")
    assert have["Queue"].string == "Schlange"
    assert "Gone" not in have
    assert have["Alerts"].string == ""


def test_strings_are_found_in_templates_and_in_what_only_some_may_do():
    template = (
        "{% translate 'One' %}{% blocktranslate count n=2 %}{{ n }} day{% plural %}{{ n }} days"
        '{% endblocktranslate %}{{ x|default:_("none") }}{% include "a" with words=_("Two") %}'
    )
    module = 'require_role(by, Role.OFFICER, to="open a door")\n_("a" "b")\n'

    assert set(catalogue.strings_of_template(template)) == {
        *("One", "none", "Two"),
        ("%(n)s day", "%(n)s days"),
    }
    assert set(catalogue.strings_of_python(module)) == {"open a door", "ab"}


# --- who chooses ----------------------------------------------------------------------------------


def test_a_page_speaks_the_language_that_the_browser_asks_for(db):
    page = Client(headers=GERMAN).get("/sign-in/")

    assert '<html lang="de" dir="ltr">' in page.text
    assert "<h1>Anmelden</h1>" in page.text
    assert page.headers["Content-Language"] == "de"
    assert {"Accept-Language", "Cookie"} <= set(page.headers["Vary"].split(", "))


@pytest.mark.parametrize("asked", ["fr", "*", "", "de;q=oops", "xx-klingon"])
def test_who_asks_for_another_language_is_answered_in_english(asked, db):
    page = Client(headers={"Accept-Language": asked}).get("/sign-in/")

    assert '<html lang="en" dir="ltr">' in page.text


def test_a_person_chooses_a_language_without_scripts_and_stays_where_they_were(as_officer):
    page = as_officer.get("/?product=consumer-loan")
    form = re.search(r'<form[^>]*action="/language/".*?</form>', page.text, re.DOTALL)[0]
    back = re.search(r'name="next"\s+value="([^"]*)"', form)[1]
    assert re.search(r'value="en"[^>]*aria-current="true"', form)

    chosen = as_officer.post("/language/", {"language": "de", "next": back})

    assert chosen.headers["Location"] == "/?product=consumer-loan"
    assert '<html lang="de"' in as_officer.get(chosen.headers["Location"]).text
    assert '<html lang="de"' in as_officer.get("/", headers={"Accept-Language": "en"}).text


def test_a_choice_leads_nowhere_else_and_to_no_language_that_is_not_spoken(as_officer):
    away = as_officer.post("/language/", {"language": "fr", "next": "https://evil.example/"})

    assert away.headers["Location"] == "/"
    assert '<html lang="en"' in as_officer.get("/").text


def test_a_choice_needs_the_token_of_its_form(db):
    refused = Client(enforce_csrf_checks=True).post("/language/", {"language": "de"})

    assert refused.status_code == 403


def test_a_language_from_right_to_left_turns_the_page(db, settings):
    settings.LANGUAGES = [*settings.LANGUAGES, ("he", "עברית")]

    page = Client(headers={"Accept-Language": "he"}).get("/sign-in/")

    assert '<html lang="he" dir="rtl">' in page.text


@pytest.mark.parametrize(
    ("address", "words"),
    [("/no/such/page/", "Diese Seite gibt es nicht"), ("/console/", "Das dürfen Sie nicht öffnen")],
)
def test_what_goes_wrong_is_said_in_the_same_language(address, words, as_officer):
    assert words in as_officer.get(address, headers=GERMAN).text


# --- what stays English ---------------------------------------------------------------------------


def test_the_api_speaks_english_whatever_is_asked_and_whoever_came_before(db):
    Client(headers=GERMAN).get("/sign-in/")

    refused = Client(headers=GERMAN).post("/api/v1/decisions", b"", content_type="text/plain")

    assert translation.get_language() == "en"
    assert "Content-Language" not in refused.headers
    assert "key" in json.loads(refused.content)["detail"]


def test_the_pages_of_the_api_are_english(db):
    assert '<html lang="en">' in Client(headers=GERMAN).get("/api/v1/docs/problems/").text


def test_a_refusal_is_said_in_the_language_of_who_is_refused(signed_in, champion):
    client = signed_in(Role.MODEL_VALIDATOR)
    client.post(f"/console/models/{champion.pk}/retire/", {"why": "x"}, headers=GERMAN)

    page = client.get("/console/", headers=GERMAN)

    assert "ist ausgemustert" in page.text


def test_who_may_do_something_is_said_in_whole_sentences():
    from credit.actions import refusals  # noqa: PLC0415

    class Nobody(factories.User):
        class Meta:
            proxy = True
            app_label = "credit"

        roles = frozenset()

    with translation.override("de"), pytest.raises(refusals.NotAllowed) as refused:
        refusals.require_role(
            Nobody(username="olga"), Role.MODEL_VALIDATOR, Role.ADMINISTRATOR, to="retire a model"
        )

    assert str(refused.value) == (
        "Nur wer die Rolle Modellvalidierung oder Administration hat, darf ein Modell ausmustern;"
        " olga hat sie nicht."
    )
