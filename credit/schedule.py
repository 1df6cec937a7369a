"""What the worker does by the clock. A message expires when the next is due: none pile up."""

from typing import Final

MINUTE: Final = 60
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR

# What is done: by which task, and every how many seconds.
EVERY: Final[dict[str, tuple[str, int]]] = {
    "seal the audit trail": ("credit.seal_audit", 5),
    "seal what committed late": ("credit.seal_audit_of_minutes", MINUTE),
    "seal what the frequent sealing may have missed": ("credit.seal_audit_thoroughly", HOUR),
    "gather what waits for officers": ("credit.gather_queue", 10),
    "look at canaries": ("credit.watch_canaries", 30),
    "take up trainings that nobody works on": ("credit.sweep_training_runs", MINUTE),
    "train again where that is due": ("credit.retrain_where_due", HOUR),
    # a message that a lost broker took along is waited for no longer
    "work batches that nobody works on": ("credit.work_batches", 3),
    "forget old batches": ("credit.purge_batches", HOUR),
    "report the fairness of new models": ("monitoring.report_fairness", 30),
    "give a sign of life": ("monitoring.take_pulse", MINUTE),
    "forget minutes that hours were made of": ("monitoring.forget_minutes", HOUR),
    "make the fairness reports that people asked for": ("monitoring.answer_fairness", MINUTE),
    # once a month; what was missed is made up for
    "report the fairness of the months that are over": (
        "monitoring.report_fairness_of_months",
        6 * HOUR,
    ),
    "look for drift": ("monitoring.watch_drift", HOUR),
    # once a month; the other hours ask and find it made
    "hold up the officers' mirrors": ("monitoring.hold_up_mirrors", HOUR),
    "say where the gaps between groups come from": ("monitoring.report_gaps", MINUTE),
    "measure versions for their dossiers": ("credit.make_dossiers", MINUTE),
    "search for fairer alternatives to new models": ("credit.search_fair_alternatives", MINUTE),
    "score the past loans that officers compare with": ("credit.make_past_loans", MINUTE),
    "deliver what webhooks are owed": ("credit.deliver_webhooks", 10),
    "tell people of alerts": ("credit.deliver_alerts", 10),
    "drop alerts that were over for long": ("credit.purge_alerts", DAY),
    "ask for outcomes that are due": ("credit.request_outcomes", HOUR),
    "forget old deliveries of webhooks": ("credit.purge_webhooks", HOUR),
    "forget expired access tokens": ("credit.purge_tokens", HOUR),
    "warn of keys that expire soon": ("credit.warn_of_expiring_keys", DAY),
    "make the months to come": ("credit.make_months", DAY),
    "sweep what killed writes have left": ("credit.sweep_store", DAY),
    "lay out past cases for practice": ("credit.prepare_practice", HOUR),
    "count the applications that policies are tried on": ("credit.count_populations", MINUTE),
    "count what days and vintages came to": ("monitoring.count_results", 2 * MINUTE),
    "check performance and business": ("monitoring.check_results", HOUR),
    "forget old idempotency keys": ("credit.purge_idempotency", HOUR),
}
SCHEDULE: Final[dict[str, dict[str, object]]] = {
    what: {"task": task, "schedule": float(seconds), "options": {"expires": seconds}}
    for what, (task, seconds) in EVERY.items()
}
