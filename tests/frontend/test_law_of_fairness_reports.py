"""A fairness report says by which law it was judged, on its page and in its files."""

import pytest
import report_scene
from page_words import words_of

OWN = {
    **dict.fromkeys(("place", "pack", "hash", "valid_from", "valid_until", "name", "citation"), ""),
    "first": "2026-06-01",
    "last": "2026-06-30",
    "figure": "air",
    "threshold": 0.8,
    "decides": True,
    "is_reading": False,
    "verdict": "insufficient evidence",
    "outside": [],
    "decided": False,
}
NEW_JERSEY = {
    **OWN,
    "place": "US-NJ",
    "pack": "New Jersey",
    "hash": "sha256:" + "ab" * 32,
    "valid_from": "2026-06-15",
    "first": "2026-06-15",
    "name": "four-fifths ratio of approvals",
    "threshold": 0.9,
    "citation": "N.J.A.C. 13:16",
    "is_reading": True,
    "verdict": "outside bounds",
    "outside": ["under 25"],
    "decided": True,
}
LAW = {
    "first": "2026-06-01",
    "last": "2026-06-30",
    "places": ["US", "US-NJ", "ZZ"],
    "without": ["ZZ"],
    "words": "By “four-fifths ratio of approvals” (0.9) of the law pack of New Jersey.",
    "screens": [OWN, NEW_JERSEY],
}
NAMED = (
    "“four-fifths ratio of approvals” (0.90) of the law pack of New Jersey (US-NJ), in force from"
    " 15 June 2026 to further notice, version sha256:abababababab"
)


@pytest.fixture
def report(champion):
    return report_scene.stored(champion, report={"law": LAW})


def asked(client, report, form=""):
    return client.get(f"/fairness/reports/{report.pk}/{form}")


def test_the_page_says_which_screen_of_which_pack_gave_the_verdict(report, as_compliance):
    page = words_of(asked(as_compliance, report))

    assert NAMED in page
    assert "as they were on the report\u2019s days (1 June 2026 to 30 June 2026)." in page
    assert "New Jersey (US-NJ) four-fifths ratio of approvals decides 15 June 2026 to" in page
    assert "No law pack is known of ZZ on these days" in page
    assert f"{NAMED}: N.J.A.C. 13:16; the bound is this product\u2019s reading." in page
    assert NAMED in words_of(as_compliance.get("/fairness/"))


def test_so_do_its_files(report, as_compliance):
    import pypdfium2  # noqa: PLC0415

    told = asked(as_compliance, report, "report.json").json()["law"]
    pdf = pypdfium2.PdfDocument(asked(as_compliance, report, "report.pdf").content)
    text = " ".join(page.get_textpage().get_text_range() for page in pdf)

    assert told["screens"][1]["hash"] == NEW_JERSEY["hash"]
    assert [each["decided"] for each in told["screens"]] == [False, True]
    assert "By which law" in text
    assert "sha256:abababababab" in " ".join(text.split())


def test_a_report_from_before_says_it_was_judged_by_the_contract_alone(champion, as_compliance):
    page = words_of(asked(as_compliance, report_scene.stored(champion)))

    assert "Judged by the contract\u2019s own bound alone" in page
    assert "Judged by the contract\u2019s own bound, an AIR of 0.80" in page
