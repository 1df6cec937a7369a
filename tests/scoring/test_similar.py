import io
import zipfile

import numpy as np
import pytest

from scoring.features import example
from scoring.similar import Neighbours, NeighboursRefused, chosen, neighbours


@pytest.fixture
def table(contract):
    rows = [example(contract) | {"amount": amount} for amount in (500, 1_000, 4_000)]
    points = np.zeros((3, len(contract.features)), dtype=np.float32)
    points[:, 4] = [5.0, 4.0, -20.0]
    return neighbours(
        contract,
        {name: [row[name] for row in rows] for name in contract.feature_names},
        points=points,
        bad=[0, 1, 1],
        decisions=["", "01JD" + "0" * 22, ""],
    )


def test_the_nearest_in_points_come_first(contract, table):
    asked = [0.0] * len(contract.features)
    asked[4] = 4.2

    assert table.nearest(asked, k=2).tolist() == [1, 0]
    assert table.nearest(asked, k=9, without="01JD" + "0" * 22).tolist() == [0, 2]


def test_values_come_back_as_they_were_stated(contract, table):
    for at, feature in enumerate(contract.features):
        stated = example(contract)[feature.name] if feature.name != "amount" else 4_000
        assert table.value(2, feature, at=at) == stated


def test_what_was_missing_stays_missing(contract, table):
    table.values[0, 4] = np.nan

    assert table.value(0, contract.feature("amount"), at=4) is None


def test_a_table_is_read_as_it_was_written_and_written_alike(contract, table):
    again = Neighbours.from_bytes(table.to_bytes(), contract=contract)

    assert again.to_bytes() == table.to_bytes()
    assert again.decisions.tolist() == table.decisions.tolist()
    assert again.n == 3


def _zip(**parts):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as folder:
        for name, content in parts.items():
            folder.writestr(f"{name}.npy", content)
    return held.getvalue()


def _array(*values, dtype=None):
    held = io.BytesIO()
    np.save(held, np.array(values, dtype=dtype), allow_pickle=dtype is object)
    return held.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no zip",
        _zip(points=b"x"),
        _zip(points=b"\x80\x04]\x94K\x01a.", values=b"", bad=b"", decisions=b""),
        _zip(
            points=_array({"a": 1}, dtype=object), values=_array(), bad=_array(), decisions=_array()
        ),
        _zip(points=_array(1.0), values=_array(1.0), bad=_array(1), decisions=_array(b"")),
    ],
    # Without names the content would be the name, and a zip file holds the time of its making.
    ids=["empty", "no zip", "bytes", "a pickle", "objects", "other shapes"],
)
def test_what_is_no_table_of_this_contract_is_refused_and_never_unpickled(content, contract):
    with pytest.raises(NeighboursRefused):
        Neighbours.from_bytes(content, contract=contract)


def test_a_table_that_would_fill_the_memory_is_refused(contract, table, monkeypatch):
    monkeypatch.setattr("scoring.similar.LARGEST", 100)

    with pytest.raises(NeighboursRefused, match="larger than 100 bytes"):
        Neighbours.from_bytes(table.to_bytes(), contract=contract)


def test_which_rows_are_kept_is_the_same_each_time():
    assert chosen(1_000, seed=7, most=5) == chosen(1_000, seed=7, most=5)
    assert chosen(1_000, seed=7, most=5) != chosen(1_000, seed=8, most=5)
