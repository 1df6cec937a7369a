"""What can be wrong: each cause of an alert with its owner, its page and its runbook.

A cause that is not in the table still opens an alert: the serving path must not fail over a word.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.utils.translation import gettext_lazy as _

from credit.models.users import Role
from credit.words import Words


class Severity(StrEnum):
    """How soon a person is needed."""

    URGENT = "urgent"  # applicants feel it now
    SOON = "soon"  # within days
    NOTE = "note"  # nothing is worse for it yet


SEVERITY_WORDS: Final = {
    Severity.URGENT: _("Urgent"),
    Severity.SOON: _("Soon"),
    Severity.NOTE: _("To note"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A cause: who is told first (the owner), and who may see to it."""

    cause: str
    words: Words
    severity: Severity
    handled_by: tuple[Role, ...]
    page: str = ""  # where to look, unless the alert itself names a page
    opens_case: bool = False  # it ends with a recorded decision and in no other way
    is_about_groups: bool = False  # not to be seen by whoever may not see aggregates of groups
    is_news: bool = True  # by mail and webhook; not so what a replay of the past raises
    told_in: str = ""  # the runbook's name, where it is not the cause's

    @property
    def owner(self) -> Role:
        """The role that is told."""
        return self.handled_by[0]

    @property
    def runbook(self) -> str:
        """The file under docs/runbooks/."""
        return f"{self.told_in or self.cause.replace('_', '-')}.md"


SEES_GROUPS: Final = frozenset({Role.COMPLIANCE, Role.MODEL_VALIDATOR, Role.AUDITOR})
_MODELS = (Role.MODEL_VALIDATOR, Role.ADMINISTRATOR)
_LEARNING = (Role.MODEL_VALIDATOR, Role.MODEL_DEVELOPER)
_FAIRNESS = (Role.COMPLIANCE,)
_SERVICE = (Role.ADMINISTRATOR, Role.MODEL_VALIDATOR)


def _serving(cause: str, words: Words, severity: Severity = Severity.URGENT) -> Kind:
    return Kind(cause=cause, words=words, severity=severity, handled_by=_MODELS, page="/console/")


def _drift(
    cause: str,
    words: Words,
    severity: Severity = Severity.SOON,
    *,
    page: str = "",
    is_news: bool = True,
) -> Kind:
    return Kind(
        cause=cause,
        words=words,
        severity=severity,
        handled_by=_LEARNING,
        page=page,
        opens_case=True,
        is_news=is_news,
    )


def _service(cause: str, words: Words, severity: Severity, page: str) -> Kind:
    return Kind(cause=cause, words=words, severity=severity, handled_by=_SERVICE, page=page)


def _fairness(cause: str, words: Words) -> Kind:
    return Kind(
        cause=cause,
        words=words,
        severity=Severity.SOON,
        handled_by=_FAIRNESS,
        page="/fairness/",
        opens_case=True,
        is_about_groups=True,
    )


TABLE: Final = (
    # Raised while applications are decided (credit.ladder, credit.serving, credit.shadowing).
    _serving("no_champion", _("There is no champion")),
    _serving("stopped", _("A person stopped the models")),
    _serving("bundle_missing", _("A model's file is gone")),
    _serving("bundle_refused", _("A model's file is not the registered one")),
    _serving("engine_failed", _("A model failed")),
    _serving("timed_out", _("A model took too long")),
    _serving("other_contract", _("A model asks for other data")),
    _serving("no_scorecard", _("There is no fallback scorecard")),
    _serving("scorecard_refused", _("The fallback scorecard is not of the contract")),
    _serving("bootstrap_failed", _("How sure a model is cannot be said"), Severity.SOON),
    _serving("bootstrap_timed_out", _("How sure a model is took too long to say"), Severity.SOON),
    _serving("shadow_failed", _("A version in shadow failed"), Severity.NOTE),
    _serving("canary_halted", _("A canary halted itself"), Severity.SOON),
    # Raised by the worker.
    _service("keys_expire", _("Keys of partners expire soon"), Severity.SOON, "/admin/"),
    _service(
        "webhook_disabled",
        _("A partner's webhook was disabled"),
        Severity.SOON,
        "/console/webhooks/",
    ),
    Kind(
        cause="training_failed",
        words=_("A training failed"),
        severity=Severity.SOON,
        handled_by=_LEARNING,
        page="/console/",
        told_in="failed-retraining",
    ),
    # Raised by the time machine, about days that are long over.
    _drift("drift_population", _("Time machine: other applicants"), is_news=False),
    _drift("drift_early_losses", _("Time machine: losses came early"), is_news=False),
    _drift("drift_calibration", _("Time machine: predictions were off"), is_news=False),
    # Told by monitoring.
    _drift("score_drift", _("The score has drifted"), page="/monitoring/"),
    _drift("feature_drift", _("A feature has drifted"), page="/monitoring/"),
    _drift("new_category", _("A value that training never saw"), page="/monitoring/"),
    _drift("missing_rate", _("A feature is missing more often"), page="/monitoring/"),
    _drift(
        "units_changed",
        _("A feature seems to come in another unit"),
        Severity.URGENT,
        page="/monitoring/",
    ),
    _drift("performance_fell", _("The model orders risk worse"), page="/monitoring/"),
    _drift("calibration_off", _("The model's probabilities are off"), page="/monitoring/"),
    Kind(
        cause="business_off_target",
        words=_("A business figure is off its target"),
        severity=Severity.SOON,
        handled_by=(Role.ADMINISTRATOR, Role.MODEL_VALIDATOR),
        page="/monitoring/",
    ),
    _service(
        "error_budget_burns",
        _("The error budget is being used up"),
        Severity.URGENT,
        "/monitoring/",
    ),
    _service("queue_grows", _("A queue grows"), Severity.SOON, "/monitoring/"),
    _service(
        "task_fails",
        _("A task of the worker fails each time"),
        Severity.SOON,
        "/monitoring/service/",
    ),
    _service("worker_silent", _("The worker is silent"), Severity.URGENT, "/monitoring/"),
    _fairness("fairness_outside", _("A group is outside the fairness bounds")),
    _fairness("officer_overrides_differ", _("Officers' overrides differ")),
)
KINDS: Final = {kind.cause: kind for kind in TABLE}


def kind_of(cause: str) -> Kind:
    """Give what is known of a cause; of one that nobody knows, who sees to models."""
    known = KINDS.get(cause)
    return known or _serving(cause, cause.replace("_", " ").capitalize(), Severity.SOON)


def causes_of(severity: Severity) -> frozenset[str]:
    """Name the causes that are so urgent."""
    return frozenset(kind.cause for kind in TABLE if kind.severity is severity)


def hidden_from(roles: Iterable[str]) -> frozenset[str]:
    """Name the causes that people of these roles do not see: those about protected groups."""
    if SEES_GROUPS & set(roles):
        return frozenset()
    return frozenset(kind.cause for kind in TABLE if kind.is_about_groups)
