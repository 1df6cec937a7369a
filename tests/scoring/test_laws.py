"""Law packs: dated data with citations; what is wrong with one is said, and none is guessed."""

from datetime import date
from pathlib import Path

import pytest

from scoring.notices.laws import LawMissing, LawRefused, NoticeKind, in_force
from scoring.notices.laws_reading import load_all, read
from scoring.notices.letters import fill

LAWS = Path(__file__).parents[2] / "laws"
PACKS = load_all(LAWS)
TODAY = date(2026, 11, 26)
ADVERSE = NoticeKind.ADVERSE_ACTION
SMALL = """format = 1
code = "XX"
name = "Nowhere"
language = "en"
valid_from = 2020-01-01
citations = ["Its law"]

[reasons]
most = 3
"""


def laws(*places, on=TODAY):
    return in_force(PACKS, jurisdictions=places, on=on)


def test_the_united_states_ask_for_thirty_days_and_at_most_four_reasons():
    found = laws("US")

    assert found.days("adverse_action_days") == 30
    assert found.days("after_counter_offer_days") == 90
    assert (found.most_reasons, found.most_factors, found.has_inquiries_beside) == (4, 4, True)
    assert found.agency(None).name.startswith("Federal Trade Commission")
    assert found.agency("cfpb").name.startswith("Bureau of Consumer Financial Protection")
    assert found.agency("none") is None


def test_a_state_adds_to_federal_law_and_leaves_its_form():
    found = laws("US", "US-CA")
    headings = [block.heading for block in found.blocks(ADVERSE, discloses=True)]

    assert headings == [
        "Your credit score",
        "Your right to equal credit opportunity",
        "Your rights in California",
    ]
    assert found.form(ADVERSE) == laws("US").form(ADVERSE)


def test_what_a_bureaus_score_needs_stands_only_where_one_was_used():
    found = laws("US").blocks(ADVERSE, discloses=False)

    assert [block.heading for block in found] == ["Your right to equal credit opportunity"]


@pytest.mark.parametrize(
    ("on", "days", "law"),
    [(date(2026, 11, 19), 30, "2008/48/EC"), (date(2026, 11, 20), 14, "2023/2225")],
)
def test_the_day_decides_which_law_of_the_union_holds(on, days, law):
    found = laws("EU", "DE", on=on)

    assert found.days("adverse_action_days") == days
    assert law in found.packs[0].citations[0]
    assert found.days("review_days") == 30


@pytest.mark.parametrize(
    ("places", "on", "says"),
    [
        (("TW",), TODAY, "no law pack is in force for TW"),
        (("EU",), date(2017, 1, 1), "no law pack is in force for EU on 2017-01-01"),
        (("DE",), TODAY, "says how many reasons"),
    ],
)
def test_where_no_law_is_known_none_is_guessed(places, on, says):
    with pytest.raises(LawMissing, match=says):
        laws(*places, on=on)


def test_a_kind_without_words_is_named():
    pack = read(SMALL.encode())

    with pytest.raises(LawMissing, match="no law pack of XX has the words of an explanation"):
        in_force([pack], jurisdictions=["XX"], on=TODAY).form(NoticeKind.EXPLANATION)


def test_every_kind_of_notice_has_its_words_in_every_shipped_place():
    for places in (("US",), ("US", "US-CA"), ("EU",), ("EU", "DE")):
        for kind in NoticeKind:
            assert laws(*places).form(kind).opening


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ("format = 2", "reads format 1 only"),
        ("valid_until = 2019-01-01", "must not be before valid_from"),
        ("valid_from = 'soon'", "must be a date"),
        ("agency = 'none'", "no agency has the key"),
        ("colour = 'red'", "unknown key"),
        ("[reasons]\nmost = 5", "between 1 and 4"),
        ("[clocks]\nadverse_action_days = 0", "between 1 and 365"),
        ("[[blocks]]\nkinds = ['letter']\nheading='H'\nparagraphs=['P']\ncitation='C'", "of: adv"),
        (
            "[[blocks]]\nkinds = ['explanation']\nheading='H'\nparagraphs=['{name}']\ncitation='C'",
            "{name} is nothing",
        ),
        (
            "[[blocks]]\nkinds = ['explanation']\nheading='H'\nparagraphs=['a { b']\ncitation='C'",
            "nothing that can be filled in",
        ),
        (
            "[[blocks]]\nkinds = ['explanation']\nwhen = 'x'",
            'must be "bureau_score"',
        ),
        (
            "[[forms]]\nkind='explanation'\ntitle='T'\nopening=['O']\n" * 2,
            "two are of one kind",
        ),
    ],
)
def test_what_is_wrong_with_a_pack_is_said_by_its_place(changed, says):
    key = changed.split(" = ")[0]
    lines = [line for line in SMALL.splitlines() if not line.startswith(f"{key} =")]
    head, _, tail = "\n".join(lines).partition("\n\n[reasons]")
    text = changed + "\n" + head if "[" not in changed.split("=")[0] else head + "\n\n" + changed
    text += "" if "[reasons]" in changed or "[" in changed.split("=")[0] else f"\n\n[reasons]{tail}"

    with pytest.raises(LawRefused, match="(?s)" + says.replace("{", r"\{").replace("}", r"\}")):
        read(text.encode(), file="xx.toml")


@pytest.mark.parametrize("content", [b"\xff", b"= no TOML", b"#" * 200_001])
def test_what_is_no_pack_is_refused(content):
    with pytest.raises(LawRefused, match=r"xx\.toml"):
        read(content, file="xx.toml")


def test_two_packs_of_a_place_on_one_day_are_refused(tmp_path):
    (tmp_path / "a.toml").write_text(SMALL)
    (tmp_path / "b.toml").write_text(SMALL.replace("2020", "2021"))

    with pytest.raises(LawRefused, match="two packs hold on 2021-01-01"):
        load_all(tmp_path)


def test_what_is_filled_in_is_never_read_again():
    assert fill("{creditor}: {reference}", {"creditor": "{reference}", "reference": "A"}) == (
        "{reference}: A"
    )
