import re
from datetime import timedelta

import factories
import notices_scene
import pytest
import report_scene
from django.test import Client
from django.urls import reverse

from credit.actions.alerts import raise_alert
from credit.models import AlertSilence, LegalHold, Role, TrainingRun
from frontend import urls
from frontend.access import ACCESS, FIRST_PAGES, MENUS, NAVIGATION, first_page

NOBODY = ()
OF_AN_APPLICATION = {
    pattern.name for pattern in urls.urlpatterns if "decision_id" in str(pattern.pattern)
}
OF_A_PRODUCT = {pattern.name for pattern in urls.urlpatterns if ":product>" in str(pattern.pattern)}
PAGES = {"application", "what_if", "correct", "refer_up", "reassign", "notice"}
TAKES_FORMS_ONLY = OF_AN_APPLICATION - PAGES
OF_A_VERSION = {
    *("model", "comment", "dossier", "dossier_file", "promotion", "waiver"),
    *("fair_alternatives", "retire"),
}
DOOR = {"sign_in", "sign_out", "language"}
GUARDED = sorted(set(ACCESS) - DOOR)
PEOPLE = [*((role,) for role in Role), NOBODY]


@pytest.fixture
def address(waiting, champion, officer):
    def of(name: str) -> str:
        if name in OF_A_PRODUCT:
            return reverse(name, args=["consumer-loan"])
        if name in OF_AN_APPLICATION:
            return reverse(name, args=[waiting().pk])
        if name in {"notice", "notice_left", "notice_file", "review"}:
            return reverse(name, args=notices_scene.arguments_of(name, officer))
        return reverse(name, args=_arguments(name, champion))

    return of


def _arguments(name, champion):
    if name in {"ingestion", "ingestion_report"}:
        return [champion.snapshot.ingestion_id]
    if name in {"policy_proposal", "policy_withdraw"}:
        proposal = factories.proposal(champion.product)
        return [proposal.pk if "proposal" in name else proposal.base_id]
    if name in {"fairness_report", "fairness_report_file"}:
        report = report_scene.stored(champion)
        return [report.pk, "json"] if name.endswith("file") else [report.pk]
    if name in OF_AN_ALERT:
        return OF_AN_ALERT[name]()
    if name in OF_A_ROW:
        return [OF_A_ROW[name](champion)]
    return [champion.pk] if name in OF_A_VERSION else []


def _hold_of(champion):
    return LegalHold.objects.create(
        product=champion.product,
        since=factories.BEFORE.date(),
        why="A complaint.",
        placed_by=factories.user(Role.COMPLIANCE),
        placed_at=factories.AT,
    )


def _silence():
    """Silence what everybody who may silence at all sees to, each time another segment."""
    return AlertSilence.objects.create(
        cause="bundle_missing",
        segment=f"partner:{AlertSilence.objects.count()}",
        since=factories.AT,
        until=factories.AT + timedelta(days=1),
        why="It is being mended.",
        by=factories.user(Role.MODEL_VALIDATOR),
    )


def _alert():
    return raise_alert(cause="bundle_missing", product=None, message="Gone.", at=factories.AT)


OF_AN_ALERT = {
    "alert": lambda: [_alert().pk],
    "alert_do": lambda: [_alert().pk, "comment"],
    "unsilence": lambda: [_silence().pk],
}


def _run_of(champion):
    found = TrainingRun.objects.filter(product=champion.product).first()
    return found or TrainingRun.objects.create(
        product=champion.product, requested_by=champion.trained_by, requested_at=factories.AT
    )


OF_A_ROW = {
    "snapshot": lambda champion: champion.snapshot_id,
    "cancel_training": lambda champion: _run_of(champion).pk,
    "legal_hold": lambda champion: _hold_of(champion).pk,
}


def test_every_page_is_in_the_table_and_every_line_has_a_page():
    assert {pattern.name for pattern in urls.urlpatterns} == set(ACCESS)


def test_no_page_is_open_to_everybody_but_the_door():
    assert {name for name, rule in ACCESS.items() if rule.is_public} == DOOR


def test_every_role_has_a_first_page_that_it_may_open():
    assert [role for role, _ in FIRST_PAGES] == list(dict.fromkeys(role for role, _ in FIRST_PAGES))
    assert {role for role, _ in FIRST_PAGES} == set(Role)
    for role, name in FIRST_PAGES:
        assert role in ACCESS[name].read


@pytest.mark.parametrize("roles", PEOPLE, ids=lambda roles: "".join(roles) or "nobody")
def test_pages_open_for_those_in_the_table_and_for_no_one_else(roles, signed_in, address, settings):
    settings.EVENHAND_PAGES_BURST = 1_000  # nobody else opens them all in a minute
    client = signed_in(*roles)

    for name in GUARDED:
        rule, there = ACCESS[name], address(name)
        read = client.get(there)
        written = client.post(there)

        if set(roles) & rule.read:
            assert read.status_code == (405 if name in TAKES_FORMS_ONLY else 200), name
        elif rule.others_go_home and roles:
            assert read.headers["Location"] == first_page(factories.user(*roles)), name
        else:
            assert read.status_code == 403, name
        assert (written.status_code == 403) != bool(set(roles) & rule.write), name


@pytest.mark.parametrize("method", ["get", "post"])
def test_strangers_are_sent_to_sign_in(method, address):
    for name in GUARDED:
        answer = getattr(Client(), method)(address(name))

        assert answer.status_code == 302, name
        assert answer.headers["Location"].startswith("/sign-in/"), name


def test_a_stranger_comes_back_to_the_page_asked_for(db):
    answer = Client().get("/console/?product=consumer-loan")

    assert answer.headers["Location"] == "/sign-in/?next=%2Fconsole%2F%3Fproduct%3Dconsumer-loan"


def test_a_form_sent_after_the_session_ended_is_not_repeated(address):
    answer = Client().post(address("application"), {"verdict": "approve"})

    assert answer.headers["Location"] == "/sign-in/"


def test_a_part_of_a_page_asked_for_after_the_session_ended_leads_to_the_whole_door(db):
    answer = Client().get("/console/", headers={"HX-Request": "true"})

    assert answer.headers["HX-Redirect"] == "/sign-in/?next=%2Fconsole%2F"


@pytest.mark.parametrize("role", Role)
def test_the_navigation_shows_what_one_may_open_and_nothing_else(role, signed_in):
    page = signed_in(role).get("/no/such/page/").content.decode()

    for name, words in NAVIGATION:
        assert (f">{words}</a>" in page) == (role in ACCESS[name].read)


def _menus(page):
    """List the headings of the bar's menus, each with its links."""
    found = re.findall(
        r'<details class="menu".*?<summary>(.*?)</summary>(.*?)</details>', page, re.DOTALL
    )
    return {heading: re.findall(r">([^<>]+?)</a>", links) for heading, links in found}


def test_who_may_open_more_pages_than_fit_in_a_line_finds_them_in_menus(signed_in):
    page = signed_in(Role.AUDITOR).get("/no/such/page/").content.decode()

    assert _menus(page) == {
        "Applications": ["Queue", "Signatures", "Notices", "Reviews"],
        "Models and policies": ["Models", "Policies", "Promotions", "Past loans", "Webhooks"],
        "Oversight": ["Fairness", "Officers", "Audit trail"],
    }


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.AUDITOR])
def test_the_pages_of_any_other_role_stand_in_a_line(role, signed_in):
    assert not _menus(signed_in(role).get("/no/such/page/").content.decode())


def test_every_page_of_a_menu_is_one_of_the_bar():
    names = [name for _heading, menu in MENUS for name in menu]

    assert set(names) < {name for name, _words in NAVIGATION}
    assert len(names) == len(set(names))


def test_who_has_no_role_is_told_so(signed_in):
    page = signed_in().get("/")

    assert page.status_code == 403
    assert "has no role yet" in page.content.decode()


def test_a_person_whose_account_was_closed_is_out_at_once(signed_in):
    user = factories.user(Role.OFFICER)
    client = signed_in(user=user)
    user.is_active = False
    user.save()

    assert client.get("/").headers["Location"].startswith("/sign-in/")
