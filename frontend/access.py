"""Who may open what: one table, used by the URLs and walked by the tests.

A URL that is not in the table cannot be made, so nothing is open by oversight.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from urllib.parse import urlsplit

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import Resolver404, resolve, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django_htmx.http import HttpResponseClientRedirect

from credit.models import User
from credit.models.users import Role
from credit.words import Words
from monitoring.mirror.pages import SEES_GROUPS, SEES_OFFICERS


class SignedInRequest(HttpRequest):
    """A request that has passed `guard`."""

    user: User


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Who may read a page (GET) and who may write through it (POST)."""

    read: frozenset[Role] = frozenset()
    write: frozenset[Role] = frozenset()
    is_public: bool = False
    others_go_home: bool = False  # people of other roles are sent to their own first page


OFFICERS = frozenset({Role.OFFICER, Role.SENIOR_OFFICER})
READS_MODELS = frozenset({Role.MODEL_DEVELOPER, Role.MODEL_VALIDATOR, Role.AUDITOR})
READS_NOTICES = OFFICERS | {Role.COMPLIANCE, Role.AUDITOR}
OVERSEES = frozenset({Role.COMPLIANCE, Role.MODEL_VALIDATOR, Role.AUDITOR})
READS_ALERTS = OVERSEES | {Role.MODEL_DEVELOPER, Role.ADMINISTRATOR}
PROPOSES_POLICIES = frozenset({Role.ADMINISTRATOR, Role.MODEL_DEVELOPER})
ANSWERS_POLICIES = frozenset({Role.MODEL_VALIDATOR, Role.COMPLIANCE})
READS_POLICIES = PROPOSES_POLICIES | ANSWERS_POLICIES | {Role.AUDITOR}
READS_RESULTS = READS_POLICIES | {Role.SENIOR_OFFICER}

ACCESS: dict[str, Rule] = {
    "sign_in": Rule(is_public=True),
    "sign_out": Rule(is_public=True),
    "language": Rule(is_public=True),
    "queue": Rule(read=OFFICERS | {Role.AUDITOR}, others_go_home=True),
    "take_next": Rule(write=OFFICERS),
    "views": Rule(write=OFFICERS),
    "hold": Rule(write=OFFICERS),
    "refer_up": Rule(read=OFFICERS, write=OFFICERS),
    "reassign": Rule(read=frozenset({Role.SENIOR_OFFICER}), write=frozenset({Role.SENIOR_OFFICER})),
    "my_work": Rule(read=OFFICERS),
    "my_mirror": Rule(read=OFFICERS),
    "practice": Rule(read=OFFICERS, write=OFFICERS),
    "application": Rule(read=OFFICERS | {Role.AUDITOR}, write=OFFICERS),
    "enter": Rule(read=OFFICERS),
    "enter_product": Rule(read=OFFICERS, write=OFFICERS),
    "what_if": Rule(read=OFFICERS, write=OFFICERS),
    "correct": Rule(read=OFFICERS, write=OFFICERS),
    "feedback": Rule(read=OFFICERS, write=OFFICERS),
    "reason_feedback": Rule(read=OFFICERS, write=OFFICERS),
    "note": Rule(read=OFFICERS, write=OFFICERS),
    "undo": Rule(read=OFFICERS, write=OFFICERS),
    "ask": Rule(read=OFFICERS, write=OFFICERS),
    "information": Rule(read=OFFICERS, write=OFFICERS),
    "offer_answer": Rule(read=OFFICERS, write=OFFICERS),
    "outcome": Rule(read=OFFICERS, write=OFFICERS),
    "withdraw": Rule(read=OFFICERS, write=OFFICERS),
    "signature": Rule(read=OFFICERS, write=OFFICERS),
    "signatures": Rule(read=frozenset({Role.SENIOR_OFFICER, Role.AUDITOR})),
    "notices": Rule(read=READS_NOTICES, write=OFFICERS),
    "notice": Rule(read=READS_NOTICES, write=OFFICERS),
    "notice_left": Rule(read=READS_NOTICES),
    "notice_file": Rule(read=READS_NOTICES),
    "reviews": Rule(read=READS_NOTICES),
    "review": Rule(read=READS_NOTICES, write=OFFICERS),
    "console": Rule(
        read=READS_MODELS, write=frozenset({Role.MODEL_DEVELOPER, Role.MODEL_VALIDATOR})
    ),
    "model": Rule(read=READS_MODELS, write=frozenset({Role.MODEL_VALIDATOR})),
    "promotions": Rule(read=READS_MODELS | {Role.COMPLIANCE}),
    "promotion": Rule(write=frozenset({Role.MODEL_DEVELOPER, Role.MODEL_VALIDATOR})),
    "waiver": Rule(write=frozenset({Role.MODEL_VALIDATOR, Role.COMPLIANCE})),
    "dossier": Rule(
        read=READS_MODELS, write=frozenset({Role.MODEL_DEVELOPER, Role.MODEL_VALIDATOR})
    ),
    "dossier_file": Rule(read=READS_MODELS),
    "fair_alternatives": Rule(
        read=OVERSEES, write=frozenset({Role.COMPLIANCE, Role.MODEL_VALIDATOR})
    ),
    "comment": Rule(write=frozenset({Role.MODEL_DEVELOPER, Role.MODEL_VALIDATOR})),
    "inventory": Rule(
        read=READS_MODELS, write=frozenset({Role.MODEL_DEVELOPER, Role.MODEL_VALIDATOR})
    ),
    "registry": Rule(read=READS_MODELS),
    "simulation": Rule(read=READS_MODELS),
    "rollback": Rule(write=frozenset({Role.MODEL_VALIDATOR})),
    "stop": Rule(write=frozenset({Role.MODEL_VALIDATOR})),
    "retire": Rule(write=frozenset({Role.MODEL_VALIDATOR})),
    "policies": Rule(read=READS_POLICIES),
    "policy_try": Rule(read=READS_POLICIES),
    "policy_new": Rule(read=PROPOSES_POLICIES, write=PROPOSES_POLICIES),
    "policy_proposal": Rule(read=READS_POLICIES, write=PROPOSES_POLICIES | ANSWERS_POLICIES),
    "policy_withdraw": Rule(write=ANSWERS_POLICIES | {Role.ADMINISTRATOR}),
    "trainings": Rule(
        read=READS_MODELS, write=frozenset({Role.MODEL_DEVELOPER, Role.MODEL_VALIDATOR})
    ),
    "cancel_training": Rule(write=frozenset({Role.MODEL_DEVELOPER, Role.MODEL_VALIDATOR})),
    "snapshots": Rule(read=READS_MODELS),
    "snapshot": Rule(read=READS_MODELS),
    "ingestions": Rule(read=READS_MODELS),
    "ingestion": Rule(read=READS_MODELS),
    "ingestion_report": Rule(read=READS_MODELS),
    "webhooks": Rule(
        read=frozenset({Role.ADMINISTRATOR, Role.AUDITOR}), write=frozenset({Role.ADMINISTRATOR})
    ),
    "home": Rule(read=frozenset(Role)),
    "service": Rule(read=frozenset(Role) - OFFICERS),
    "performance": Rule(read=READS_RESULTS),
    "business": Rule(read=READS_RESULTS),
    "fairness": Rule(read=OVERSEES, write=frozenset({Role.COMPLIANCE, Role.MODEL_VALIDATOR})),
    "fairness_report": Rule(read=OVERSEES),
    "fairness_report_file": Rule(read=OVERSEES),
    "alerts": Rule(read=READS_ALERTS),
    "alert": Rule(read=READS_ALERTS),
    "alert_do": Rule(write=READS_ALERTS - {Role.AUDITOR}),
    "alert_mail": Rule(write=READS_ALERTS),
    "unsilence": Rule(write=READS_ALERTS - {Role.AUDITOR}),
    "drift": Rule(read=READS_RESULTS),
    "officers": Rule(read=SEES_OFFICERS),
    "officer_groups": Rule(read=SEES_GROUPS),
    "gaps": Rule(read=OVERSEES),
    "fairness_trend": Rule(read=OVERSEES),
    "fairness_places": Rule(read=OVERSEES),
    "audit": Rule(read=OVERSEES),
    "legal_holds": Rule(read=OVERSEES, write=frozenset({Role.COMPLIANCE})),
    "legal_hold": Rule(write=frozenset({Role.COMPLIANCE})),
}

NAVIGATION: tuple[tuple[str, Words], ...] = (
    ("home", _("Home")),
    ("queue", _("Queue")),
    ("enter", _("Enter an application")),
    ("signatures", _("Signatures")),
    ("my_work", _("My work")),
    ("practice", _("Practice")),
    ("notices", _("Notices")),
    ("reviews", _("Reviews")),
    ("console", _("Models")),
    ("policies", _("Policies")),
    ("promotions", _("Promotions")),
    ("ingestions", _("Past loans")),
    ("webhooks", _("Webhooks")),
    ("fairness", _("Fairness")),
    ("officers", _("Officers")),
    ("alerts", _("Alerts")),
    ("audit", _("Audit trail")),
)

# Who may open more pages than stand in one line finds them in menus; the rest stands by itself.
MOST_IN_A_LINE = 9
MENUS: tuple[tuple[Words, tuple[str, ...]], ...] = (
    (
        _("Applications"),
        ("queue", "enter", "signatures", "my_work", "practice", "notices", "reviews"),
    ),
    (
        _("Models and policies"),
        ("console", "policies", "promotions", "ingestions", "webhooks"),
    ),
    (_("Oversight"), ("fairness", "officers", "audit")),
)

FIRST_PAGES: tuple[tuple[Role, str], ...] = (
    (Role.OFFICER, "queue"),
    (Role.SENIOR_OFFICER, "queue"),
    (Role.MODEL_VALIDATOR, "home"),
    (Role.MODEL_DEVELOPER, "home"),
    (Role.COMPLIANCE, "home"),
    (Role.AUDITOR, "home"),
    (Role.ADMINISTRATOR, "home"),
)

READING = frozenset({"GET", "HEAD", "OPTIONS"})


def may_read(user: User, name: str) -> bool:
    """Say whether a person may open a page."""
    return user.has_role(*ACCESS[name].read)


def may_write(user: User, name: str) -> bool:
    """Say whether a person may change something through a page."""
    return user.has_role(*ACCESS[name].write)


def may_open(user: User, link: str) -> bool:
    """Say whether a person may open what a link of ours leads to; nobody may where nothing is."""
    try:
        found = resolve(urlsplit(link).path)
    except Resolver404:
        return False
    if found.namespace == "admin":
        return user.has_role(Role.ADMINISTRATOR)
    return found.url_name in ACCESS and may_read(user, found.url_name)


def first_page(user: User) -> str | None:
    """Give the address where a person's work begins; None for who has no role yet."""
    return next((reverse(name) for role, name in FIRST_PAGES if user.has_role(role)), None)


View = Callable[..., HttpResponseBase]


def guard(name: str, view: View) -> View:
    """Let through to a view only whom the table names."""
    rule = ACCESS[name]

    @wraps(view)
    def guarded(request: SignedInRequest, **kwargs: object) -> HttpResponseBase:
        if rule.is_public:
            return view(request, **kwargs)
        if not request.user.is_authenticated:
            return _to_sign_in(request)
        is_reading = request.method in READING
        if request.user.has_role(*(rule.read if is_reading else rule.write)):
            return view(request, **kwargs)
        home = first_page(request.user) if rule.others_go_home and is_reading else None
        if home:
            return redirect(home)
        raise PermissionDenied

    return guarded


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """Come back afterwards to a page that can be read, but never repeat a write."""
    address = reverse("sign_in")
    comes_back = request.method == "GET" and request.path != reverse("queue")
    if comes_back:
        address += "?" + urlencode({"next": request.get_full_path()})
    if request.headers.get("HX-Request"):
        return HttpResponseClientRedirect(address)
    return redirect(address)
