"""What is said of a training, of its gates, and of what can go wrong with a model."""

from django.utils.translation import gettext_noop as _

WORDS = (
    # Steps of a training.
    _("Starting"),
    _("Done"),
    _("Taking a snapshot of the loans"),
    _("Measuring fairness"),
    _("Resampling: model {n} of {all}"),
    _("Validating: model {n} of {all}"),
    _("Searching: setting {n} of {all}"),
    _("Searching alternatives: this version's own recipe"),
    _("Searching alternatives: {n} of {all}"),
    _("Measuring alternatives on loans that the search has not seen"),
    _("Fitting on all loans"),
    _("Comparing the graph with the model"),
    _("Fitting the fallback scorecard"),
    _("Writing the graph and its reasons"),
    _("Checking the bundle as the web server will"),
    # Of a training that failed.
    _("Training {number} failed: {problem}"),
    _("An error that nobody foresaw: {kind}. The worker's log says where."),
    _("It took longer than the time allowed."),
    _(
        "The worker was cut off in the middle of it twice: killed, perhaps out of memory, or"
        " without its database."
    ),
    # Gates, sources of labels, causes of alerts.
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
    _("training failed"),
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
    # Of label policies, the newest loans, and the limits that a model card names.
    _(
        "Labels of declined applicants are guesses of a model of booked loans: without outcomes of"
        " applicants who would have been declined nobody can verify them. Both policies are"
        " measured on the same loans with real, matured outcomes, where reject inference is not"
        " expected to help."
    ),
    _("matured outcomes"),
    _("fuzzy augmentation"),
    _("parcelling"),
    _("officers decisions"),
    _("fewer than {n} bads or goods on one side"),
    _("It has seen only applicants whose loans were granted and whose outcome is known."),
    _("Figures are from the data above; they say nothing of a later time by themselves."),
    _("A share says what moved the score, not what caused the outcome."),
    _("Fewer than {n} people of a group are too few to judge."),
    _(
        "Less discriminatory alternatives are searched after each training: what was found, and why"
        " one was taken or not, stands in the dossier."
    ),
    _("{n} bad loans are few: mind the intervals."),
    _("Risk can only move one way with: {details}."),
    # Why a training was asked for.
    _("Every {n} days."),
    _("{new} outcomes have matured since {version}; {limit} are enough."),
    _("{new} outcomes have matured or were reported since {version}; {limit} are enough."),
    _(
        "The stability index of the score over {n} applications of the last {days} days is {index},"
        " above {limit}."
    ),
    _("{what}, says alert {number} of {day}."),
)
