"""Who was champion when, rollback and the stop button, in the console."""

from datetime import timedelta

import factories
import pytest
from page_words import words_of

from credit.actions import model_versions
from credit.models import ModelVersion, ServiceStop

AT = factories.AT
HISTORY = "/console/consumer-loan/history/"
ROLLBACK = "/console/consumer-loan/rollback/"
STOP = "/console/consumer-loan/stop/"


@pytest.fixture
def second(champion, toy_bundle, validator):
    version = factories.model_version(toy_bundle, contract=champion.contract)
    return model_versions.promote(version_id=version.pk, by=validator, at=AT, note="Better.")


def read(client, address="/console/"):
    return words_of(client.get(address))


def test_one_press_goes_back_and_the_page_says_so(as_validator, second, champion):
    assert "Roll back to consumer-loan/1" in read(as_validator)

    said = {"instead_of": second.name, "note": ""}
    page = words_of(as_validator.post(ROLLBACK, said, follow=True))

    assert "consumer-loan/1 is the champion again." in page
    assert ModelVersion.objects.get(stage="champion") == champion
    assert "Roll back" not in page


def test_the_button_names_the_champion_that_goes_and_a_second_press_changes_nothing(
    as_validator, second, champion
):
    assert (
        'name="instead_of" value="consumer-loan/2"'
        in as_validator.get("/console/").content.decode()
    )
    said = {"instead_of": second.name}
    as_validator.post(ROLLBACK, said)

    page = words_of(as_validator.post(ROLLBACK, said, follow=True))

    assert "consumer-loan/1 is the champion now, and not consumer-loan/2." in page
    assert ModelVersion.objects.get(stage="champion") == champion


def test_a_refused_rollback_is_told(as_validator, champion):
    page = words_of(as_validator.post(ROLLBACK, {"instead_of": champion.name}, follow=True))
    assert "consumer-loan has no champion to go back to." in page

    page = words_of(as_validator.post(ROLLBACK, follow=True))
    assert "Say which champion is to go." in page


def test_the_stop_button_asks_why_and_stops(as_validator, champion):
    page = words_of(as_validator.post(STOP, {"do": "stop", "why": ""}, follow=True))
    assert "Say in a sentence why." in page
    assert not ServiceStop.objects.exists()

    said = {"do": "stop", "why": "Scores look wrong."}
    page = words_of(as_validator.post(STOP, said, follow=True))

    assert "Every application goes to a person from now on." in page
    assert "“Scores look wrong.”" in page


def test_everybody_in_the_console_sees_that_it_is_stopped(as_validator, as_auditor, champion):
    as_validator.post(STOP, {"do": "stop", "why": "Scores look wrong."})

    page = read(as_auditor)
    assert "every application goes to a person, without a score" in page
    assert "Let the models score again" not in page


def test_it_is_released_again(as_validator, champion):
    as_validator.post(STOP, {"do": "stop", "why": "Scores look wrong."})

    page = words_of(as_validator.post(STOP, {"do": "resume", "why": "Mended."}, follow=True))

    assert "Its models score again." in page
    assert "Stop the models" in page


def test_who_was_champion_at_a_moment_is_one_page(as_auditor, second, champion):
    before = f"{AT - timedelta(minutes=1):%Y-%m-%dT%H:%M}"

    page = read(as_auditor, f"{HISTORY}?at={before}")

    assert "the champion was consumer-loan/1" in page
    assert f"signed for by {champion.promoted_by} on" in page
    assert "It was champion until 22 Nov 2026" in page


def test_a_moment_without_a_champion_says_so(as_auditor, champion):
    page = read(as_auditor, f"{HISTORY}?at=2003-03-03T10:00")

    assert "there was no champion: every application went to a person" in page


def test_a_moment_that_is_none_is_refused_beside_its_field(as_auditor, champion):
    answer = as_auditor.get(f"{HISTORY}?at=yesterday")

    assert answer.status_code == 422
    assert "Enter a valid date/time." in words_of(answer)


def test_the_table_has_every_change_with_its_words(as_auditor, second):
    page = read(as_auditor, HISTORY)

    assert "consumer-loan/2 Champion" in page
    assert "Better." in page
    assert "replaced by consumer-loan/2" in page


@pytest.mark.parametrize("address", [HISTORY, ROLLBACK, STOP])
def test_a_product_that_is_none_is_404(as_validator, champion, address):
    address = address.replace("consumer-loan", "no-such-loan")

    answer = (
        as_validator.get(address) if address.endswith("history/") else as_validator.post(address)
    )

    assert answer.status_code == 404
