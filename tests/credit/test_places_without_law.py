"""A contract of a place whose law nobody wrote down sends no notices, and that is said."""

import io
import json
from datetime import date

import factories
import pytest
from at_a_prompt import run
from django.core.management import CommandError, call_command

from credit import laws
from scoring.contract import Contract

ON = date(2026, 11, 22)
OWN = b'jurisdictions = ["EU", "DE"]'


def lending_in(*places):
    return factories.SOURCE.replace(OWN, b"jurisdictions = %s" % json.dumps(places).encode())


@pytest.mark.parametrize(
    ("places", "says"),
    [
        (("EU", "DE"), ""),
        (("TW",), "jurisdictions: there is no law pack of TW on 22 November 2026. Until there is"),
        (("EU", "TW", "JP"), "jurisdictions: there is no law pack of JP, TW on 22 November 2026."),
        (("US-NJ",), "jurisdictions: no law pack of US-NJ says on 22 November 2026 how many"),
        (("US", "US-NJ"), ""),
        (("US", "US-CO"), "jurisdictions: there is no law pack of US-CO on 22 November 2026."),
    ],
)
def test_the_field_and_the_place_are_named(places, says):
    said = laws.notice_problem(Contract.parse(lending_in(*places)), on=ON)

    assert said.startswith(says)
    assert bool(said) == bool(says)


def test_onboarding_says_so_before_it_reads_a_file(people, tmp_path):
    contract, err = tmp_path / "contract.toml", io.StringIO()
    contract.write_bytes(lending_in("TW"))
    asked = ("onboard", str(contract), str(tmp_path / "none.csv"))

    with pytest.raises(CommandError, match=r"none\.csv"):
        call_command(*asked, "--by", "dana", "--approved-by", "vera", stderr=err)

    assert f"{contract}: jurisdictions: there is no law pack of TW" in err.getvalue()


def test_a_list_of_products_says_so(db, people):
    contract = factories.contract_version(source=lending_in("TW"))

    (product,) = json.loads(run("products", "--json")[0])["products"]

    assert product["slug"] == contract.product.slug
    assert "jurisdictions: there is no law pack of TW" in product["notice_problem"]
    assert "no law pack of TW" in run("products")[0]
