"""A place whose law an installation ships in packs of its own, and a candidate of its lender."""

from datetime import timedelta

import dossiers_scene
import factories
import polars as pl

from credit import vault
from credit.actions import fairness_gates, snapshots

AT = factories.BEFORE  # the training's day
LATER = AT + timedelta(days=40)
CHANGES_ON = (AT + timedelta(days=30)).date()
# The hand-made model approves the oldest most often.
SOURCE = factories.SOURCE.replace(
    b'jurisdictions = ["EU", "DE"]', b'jurisdictions = ["XX"]'
).replace(b'\nreference = "25_to_61"', b'\nreference = "62_and_over"')
SCREEN = """
[[fairness.screens]]
name = "ratio of approvals"
figure = "{figure}"
threshold = {threshold}
use = "{use}"
citation = "Its law"
reading = true
"""


def pack(folder, name, *, since, until=None, use="blocks", figure="air", threshold=0.2, more=""):
    """Write a pack of the place XX between two days."""
    ends = f"valid_until = {until.isoformat()}\n" if until else ""
    text = f"""format = 1
code = "XX"
name = "Nowhere"
language = "en"
valid_from = {since.isoformat()}
{ends}citations = ["Its law"]
{more}"""
    screen = SCREEN.format(figure=figure, threshold=threshold, use=use)
    (folder / f"{name}.toml").write_text(text + screen)


def laws(folder, **later):
    """Let one law hold until the day before it changes, and another from then on."""
    folder.mkdir()
    first = (AT - timedelta(days=900)).date()
    pack(folder, "before", since=first, until=CHANGES_ON - timedelta(days=1))
    pack(folder, "after", since=CHANGES_ON, **later)
    return folder


def candidate(contract, **changes):
    """Register a candidate whose fairness was judged by the law of its training's day."""
    if not contract.ingestion_set.exists():
        factories.ingestion(contract)
    snapshot = snapshots.take(product_id=contract.product_id, at=AT)
    frame = snapshots.read(snapshot)
    pds = dossiers_scene.out_of_fold(frame, dossiers_scene.STRICTER)
    rows = pl.DataFrame({"row": frame["row"], "pd": pds, "bad": frame["bad"]})
    groups = vault.groups_of_snapshot(snapshot, rows["row"].to_list())
    gate = fairness_gates.gate(rows, contract.read(), groups, on=AT.date())
    content = dossiers_scene.stricter_bundle(contract.read())
    shift = dossiers_scene.STRICTER
    return dossiers_scene.version(content, contract, shift=shift, gates=[gate], **changes)
