"""What is said of a training, of its gates, and of what can go wrong with a model."""

from django.utils.translation import gettext_noop as _

WORDS = (
    # Steps of a training, gates, sources of labels, causes of alerts.
    _("Starting"),
    _("Done"),
    _("Taking a snapshot of the loans"),
    _("Measuring fairness"),
    _("Resampling: model {n} of {all}"),
    _("Validating: model {n} of {all}"),
    _("Searching: setting {n} of {all}"),
    _("Fitting on all loans"),
    _("Comparing the graph with the model"),
    _("Fitting the fallback scorecard"),
    _("Writing the graph and its reasons"),
    _("Checking the bundle as the web server will"),
    _("discrimination"),
    _("calibration"),
    _("stability"),
    _("out of time"),
    _("parity"),
    _("reasons"),
    _("fallback scorecard"),
    _("latency"),
    _("fairness"),
    _("Fisher's exact test"),
    _("z test"),
    _("no champion"),
    _("bundle missing"),
    _("bundle refused"),
    _("engine failed"),
    _("timed out"),
    _("set aside"),
    _("other contract"),
    _("no scorecard"),
    _("scorecard refused"),
    _("bootstrap failed"),
    _("bootstrap timed out"),
    _("keys expire"),
    _("webhook disabled"),
    _("error budget burns"),
    _("queue grows"),
    _("worker silent"),
    _("matured outcome"),
    _("inferred for a reject"),
    _("ingested"),
    _("corrected outcome"),
    _("officers decision"),
    _("data is wrong"),
    _("not known"),
    # Of a gate.
    _("AUC {auc} over {folds} folds of {rows} rows; the lower end must be {least} or more"),
    _(
        "slope {slope}, which must be {low} to {high}; calibration error {error}, which may be"
        " {most}; {rows} rows"
    ),
    _(
        "the AUC of {folds} folds varies by {sd} (standard deviation); folds of this size vary by"
        " {expected} by chance, and may by twice that"
    ),
    _(
        "the AUC of {folds} folds varies by {sd} (standard deviation); folds of this size vary by"
        " {expected} by chance, and may by {times} times that"
    ),
    _(
        "AUC {auc} on the {n} newest loans ({bads} bad), {fall} below the cross-validated {mean};"
        " it should be {most} below at most"
    ),
    _(
        "over {rows} rows the graph is within {pd} of XGBoost's PD and, relative to its size,"
        " {margin} of its margin"
    ),
    _(
        "every feature's share is within {worst} log-odds of two other ways to it, and base points"
        " plus shares within {sum} of the score, relative to its size"
    ),
    _("no scorecard could be fitted: no feature tells anything by itself"),
    _("AUC {auc}, {gap} behind the model on the same {folds} folds; it should be {most} at most"),
    _(
        "one application with all reasons takes {n} µs (median, this machine, now); it should take"
        " {most} µs at most"
    ),
    _("{mean} (95 % interval {low} to {high})"),
)
