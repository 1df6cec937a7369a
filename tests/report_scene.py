"""A fairness report as it is stored."""

import factories

from monitoring.models import FairnessReport


def stored(champion, *, report=None, **changes):
    """Keep a report that says next to nothing but what is given."""
    words = dict.fromkeys(("period", "approved_means", "verdict_words"), "none")
    age = {"name": "age_group", "label": "Age", "assessable": False, "why_not": "It is a test."}
    nobody = {"reference_label": "", "n": 0, "n_missing": 0, "groups": []}
    said = {"verdict": "insufficient evidence", "verdict_words": "Not assessable: It is a test."}
    bounds = {"n": 0, "minimum_air": 0.8, "minimum_group": 30, "confidence": 0.95}
    kept = {**words, **bounds, **said, "attributes": [{**age, **nobody, **said}]}
    as_made = {
        "product": champion.product,
        "model_version": champion,
        "population": "validation",
        "created_at": factories.AT,
    }
    return FairnessReport.objects.create(report={**kept, **(report or {})}, **as_made | changes)
