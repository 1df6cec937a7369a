import doctest
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from frontend.templatetags import evenhand


def test_every_example_in_the_docstrings_is_true():
    tried = doctest.testmod(evenhand)

    assert tried.attempted
    assert not tried.failed


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (None, "\u2013"),
        (0.0, "0.0%"),
        (0.0004, "<0.1%"),
        (0.16, "16.0%"),
        (0.9999, ">99.9%"),
        (1.0, "100.0%"),
    ],
)
def test_a_share_is_never_rounded_to_nothing_or_all(share, words):
    assert evenhand.percent(share) == words


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (None, "\u2013"),
        (0.0004, "fewer than 1 of 1,000"),
        (0.004, "about 4 of 1,000"),
        (0.0099, "about 1 of 100"),
        (0.2143, "about 21 of 100"),
        (0.999, "more than 99 of 100"),
    ],
)
def test_a_probability_is_said_as_people(share, words):
    assert evenhand.per_hundred(share) == words


def test_money_keeps_its_cents_and_its_currency_on_one_line():
    assert evenhand.money(Decimal("1234567.5"), "DEM") == "DEM\u00a01,234,567.50"


def test_a_moment_spells_the_month_and_carries_the_machine_readable_one():
    written = evenhand.moment(datetime(2026, 3, 4, 9, 5, tzinfo=UTC))

    assert ">4 Mar 2026, 09:05<" in written
    assert 'datetime="2026-03-04T09:05:00+00:00"' in written


@pytest.mark.parametrize(
    "unseen",
    ["\u202e", "\u2066", "\u200b", "\u200d", "\ufeff", "\u00ad", "\u2028", "\x07", "\U000e0041"],
)
def test_marks_that_turn_or_vanish_are_shown(unseen):
    shown = evenhand.visible(f"A{unseen}B")

    assert unseen not in shown
    assert f"U+{ord(unseen):04X}" in shown


@pytest.mark.parametrize("text", ["משה כהן", "Łódź ž", "李雷", "two\nlines", "a b"])
def test_names_of_every_script_stay_as_they_are(text):
    assert evenhand.visible(text) == text


FIGURES = {
    "en": [
        "EUR\u00a04,200.50",
        "21.4%",
        "<0.1%",
        "+0.74%",
        "\u221231.2",
        "1,234,567",
        "about 21 of 100",
    ],
    "de": [
        *("4.200,50\u00a0EUR", "21,4\u00a0%", "<0,1\u00a0%", "+0,74\u00a0%", "\u221231,2"),
        *("1.234.567", "etwa 21 von 100"),
    ],
    "he": [
        "4,200.50\u00a0EUR",
        "21.4%",
        "<0.1%",
        "+0.74%",
        "\u221231.2",
        "1,234,567",
        "about 21 of 100",
    ],
}


@pytest.mark.parametrize("language", FIGURES)
def test_figures_are_written_as_the_language_writes_them(language):
    with translation.override(language):
        written = [
            evenhand.money(Decimal("4200.50"), "EUR"),
            evenhand.percent(0.2143),
            evenhand.percent(0.00001),
            evenhand.gained(0.0074),
            evenhand.points(-31.24),
            evenhand.count(1234567),
            evenhand.per_hundred(0.2143),
        ]

    assert written == FIGURES[language]


@pytest.mark.parametrize(
    ("language", "on", "at"),
    [
        ("en", "23 November 2026", "23 Nov 2026, 09:05"),
        ("de", "23. November 2026", "23. Nov. 2026, 09:05"),
        ("he", "23 בנובמבר 2026", "23 בנוב\u05f3 2026, 09:05"),
    ],
)
def test_a_date_spells_its_month_in_every_language(language, on, at):
    moment = datetime(2026, 11, 23, 9, 5, tzinfo=UTC)

    with translation.override(language):
        assert evenhand.day(moment.date()) == on
        assert f">{at}<" in evenhand.moment(moment)


def test_what_a_program_reads_is_written_the_same_in_every_language():
    with translation.override("de"):
        page = render_to_string(
            "models/_run_row.html",
            {"run": {"state": "running", "share_done": 0.42, "requested_at": None}},
        )

    assert 'value="0.42"' in page
    assert "42\u00a0%" in page
