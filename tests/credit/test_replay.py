"""Every stored decision can be computed again, to the bit; what cannot is named."""

from dataclasses import replace

import factories
import pytest

from credit import store
from credit.actions import audit
from credit.models import AuditEvent
from credit.queries import replays

both = pytest.mark.django_db(databases=["default", "owner"])
SAID = [factories.REFERRED, factories.APPROVED, factories.AUTOMATIC, factories.DECLINED]


@pytest.fixture
def stored(champion):
    return [factories.decide(**said).decision_id for said in SAID]


def one(decision_id):
    (replayed,) = replays.replay([decision_id])
    return replayed


def test_every_decision_comes_out_identical(stored):
    replayed = list(replays.replay())

    assert [each.decision_id for each in replayed] == sorted(stored)
    assert all(each.identical for each in replayed), replayed


def test_a_decision_without_a_model_is_replayed_too(champion, own_store):
    decided = factories.decide()

    assert one(decided.decision_id).identical


def test_a_sample_is_drawn_by_its_seed(stored):
    first = [each.decision_id for each in replays.replay(sample=2, seed=1)]

    assert first == [each.decision_id for each in replays.replay(sample=2, seed=1)]
    assert len(first) == replays.count(sample=2) == 2
    assert replays.count() == replays.count(sample=99) == len(stored)


def test_an_unknown_decision_is_told_and_not_skipped(stored):
    assert one("0" * 26).differences == ["There is no such decision."]


def test_a_bundle_that_is_gone_or_altered_is_named(stored, own_store, champion, toy_bundle):
    assert "is gone" in one(stored[0]).differences[0]

    store.put(toy_bundle, ".zip")
    path = store.path_of(champion.bundle_hash, ".zip")
    path.chmod(0o600)
    path.write_bytes(toy_bundle + b" ")

    assert "as registered" in one(stored[0]).differences[0]


@both
@pytest.mark.parametrize(
    ("table", "sql", "says"),
    [
        ("score", "pd = pd + 1e-9", "pd: stored"),
        ("score", "margin = margin + 1e-9", "margin: stored"),
        ("score", "score = score + 1", "score: stored"),
        ("score", "band = 'Z'", "band: stored"),
        ("score", "contributions = '[]'", "points by feature differ"),
        ("application", "reference = 'B'", "not what the audit trail committed to"),
        ("application", "amount = amount + 1", "not what the audit trail committed to"),
        (
            "application",
            "features = jsonb_set(features, '{duration_months}', '5')",
            "not what the audit trail committed to",
        ),
        ("decision", "recommendation = 'approve'", "recommendation: stored approve"),
        ("decision", "automatic = 'approve'", "automatic: stored approve, computed no"),
        ("decision", "policy_results = '[]'", "policy rules differ"),
        ("auditevent", "target = 'x'", "knows nothing of this decision"),
        ("contractversion", "text = text || ' '", "not the one that was registered"),
    ],
)
def test_what_was_changed_is_named(tamper, toy_bundle, table, sql, says):
    factories.live_product(toy_bundle)
    decided = factories.decide(**factories.DECLINED)
    assert one(decided.decision_id).identical

    tamper(table, sql)

    assert any(says in difference for difference in one(decided.decision_id).differences)


@both
def test_rows_that_were_all_changed_to_another_policy_are_held_against_the_trail(
    tamper, toy_bundle
):
    version = factories.live_product(toy_bundle)
    decided = factories.decide(**factories.DECLINED)
    other = factories.policy(version.contract)

    tamper("decision", f"policy_id = {other.pk}")

    assert one(decided.decision_id).differences == ["policy: stored 2, and the audit trail says 1."]


@both
@pytest.mark.parametrize("as_a_batch", [False, True])
def test_an_event_that_was_added_to_match_hides_nothing(as_a_batch, tamper, toy_bundle):
    version = factories.live_product(toy_bundle)
    decided = factories.decide(**factories.DECLINED)
    other = factories.policy(version.contract)
    said = AuditEvent.objects.get(type=AuditEvent.Type.APPLICATION_DECIDED).details
    forged = said | {"policy": other.number}
    added = audit.record(
        AuditEvent.Type.BATCH_DECIDED if as_a_batch else AuditEvent.Type.APPLICATION_DECIDED,
        target="batch:1" if as_a_batch else f"decision:{decided.decision_id}",
        by=None,
        at=factories.AT,
        **({"decisions": {decided.decision_id: forged}} if as_a_batch else forged),
    )

    tamper("decision", f"policy_id = {other.pk}")
    if as_a_batch:
        tamper("decision", f"event_id = {added.pk}")

    assert one(decided.decision_id).differences == [
        "The audit trail says more than once how it was decided."
    ]


@both
@pytest.mark.parametrize(
    ("table", "sql", "says"),
    [
        ("decision", "recommendation = 'refer', automatic = ''", "the audit trail says 'decline'"),
        (
            "score",
            "route = 'canary'",
            "route: stored 'canary', and the audit trail says 'champion'",
        ),
    ],
)
def test_what_the_trail_says_otherwise_is_named(tamper, toy_bundle, table, sql, says):
    factories.live_product(toy_bundle)
    decided = factories.decide(**factories.DECLINED)

    tamper(table, sql)

    assert any(says in difference for difference in one(decided.decision_id).differences)


@both
def test_a_policy_whose_text_was_changed_is_named(tamper, toy_bundle):
    version = factories.live_product(toy_bundle)
    decided = factories.decide(**factories.DECLINED)

    tamper("policyversion", f"text = 'format = 1', hash = '{version.contract.hash}'")

    assert one(decided.decision_id).differences == [
        "policy: its text is not the one that was registered."
    ]


def test_another_runtime_is_named_as_the_likely_cause(champion, monkeypatch):
    decided = factories.decide()
    loaded = replays.serving.engine_of(champion.bundle_hash)
    manifest = loaded.bundle.manifest | {"libraries": {"onnxruntime": "0.1"}}
    right = type(loaded).score
    monkeypatch.setattr(
        type(loaded), "score", lambda self, values: right(self, values)._replace(band="Z")
    )
    monkeypatch.setattr(loaded, "bundle", replace(loaded.bundle, manifest=manifest))

    assert "library: checked with onnxruntime 0.1" in one(decided.decision_id).differences[0]
