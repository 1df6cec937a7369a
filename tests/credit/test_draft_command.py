"""`draft_contract` at a prompt: what it writes, and what it refuses."""

import io

import pytest
from django.core.management import CommandError, call_command

ROWS = "amount,kind,bad\n" + "".join(
    f"{100 + at * 7 % 900},k{at % 3},{at % 4 // 3}\n" for at in range(200)
)


@pytest.fixture
def draft(tmp_path):
    def of(content=ROWS, **options):
        file = tmp_path / "loans.csv"
        file.write_text(content)
        out, told = io.StringIO(), io.StringIO()
        call_command("draft_contract", file, outcome="bad", stdout=out, stderr=told, **options)
        return out.getvalue(), told.getvalue()

    return of


def test_a_draft_is_written_and_what_is_left_is_told(draft):
    text, told = draft(slug="car-loan")

    assert 'slug = "car-loan"\nname = "Car loan"' in text
    assert "1. Which outcomes are bad: 1 (50 rows)?" in told


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"delimiter": "::"}, "--delimiter takes one sign"),
        ({"delimiter": '"'}, "and no quote"),
        ({"encoding": "rot13"}, "No encoding is called rot13"),
        ({"slug": "My Loan"}, "no contract: slug must be small letters"),
        ({"currency": "euro"}, "no contract: currency must be an ISO 4217 code"),
        ({"bad": ["1"], "good": ["1"]}, "no contract: outcome.good also listed as bad or good: 1"),
        ({"encoding": "utf-99"}, "No encoding is called utf-99; try cp850"),
        ({"encoding": "utf-16"}, "loans.csv is not utf-16"),
        ({"keep": ["age"]}, "loans.csv has no column 'age'"),
        ({"content": "%PDF-1.7"}, "loans.csv is a PDF document"),
    ],
)
def test_what_cannot_be_drafted_is_a_sentence(draft, options, says):
    with pytest.raises(CommandError, match=says):
        draft(**options)


def test_a_draft_overwrites_nothing(draft, tmp_path):
    mine = tmp_path / "contract.toml"
    mine.write_text("finished by hand")

    with pytest.raises(CommandError, match="exists; a draft does not overwrite it"):
        draft(out=mine)

    assert mine.read_text() == "finished by hand"
