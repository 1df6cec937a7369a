"""People and partners' systems: who they are, what they may do, and how that ends."""

from datetime import timedelta

import factories
import pytest
from django.test import Client
from django.urls import reverse

from credit import access
from credit.actions import alerts, api_keys, partners, users
from credit.actions.refusals import NotAllowed
from credit.models import Alert, ApiKey, AuditEvent, Partner, Role, User

AT = factories.AT
PASSWORD = "correct horse battery"


def make(**changes):
    values = {"username": "olga", "password": PASSWORD, "roles": [Role.OFFICER], "at": AT}
    return users.create(**values | changes)


def test_an_account_is_made_with_its_roles(db, administrator):
    user = make(by=administrator)

    assert user.roles == {"officer"}
    assert user.check_password(PASSWORD)
    assert not user.is_staff
    event = AuditEvent.objects.get(type=AuditEvent.Type.USER_CREATED)
    assert (event.user, event.details["roles"]) == (administrator, ["officer"])
    assert make(username="ada", roles=[Role.ADMINISTRATOR]).is_staff


@pytest.mark.parametrize(
    ("changes", "refusal", "says"),
    [
        ({"roles": [Role.OFFICER, Role.AUDITOR]}, users.RolesClash, "officer and auditor"),
        ({"password": "short"}, users.PasswordRefused, "at least 12"),
        ({"password": "olga-olga-olga", "username": "olga-olga"}, users.PasswordRefused, "similar"),
        ({"username": "learning-worker"}, users.NameTaken, "already"),
    ],
)
def test_an_account_that_may_not_be(db, changes, refusal, says):
    with pytest.raises(refusal, match=says):
        make(**changes)

    assert not User.objects.filter(username="olga").exists()


def test_roles_are_changed_and_hold_at_once(db, administrator):
    user = make(roles=[Role.OFFICER])

    changed = users.set_roles(user_id=user.pk, roles=[Role.COMPLIANCE], by=administrator, at=AT)

    assert changed.roles == {"compliance"}
    event = AuditEvent.objects.get(type=AuditEvent.Type.ROLES_CHANGED)
    assert event.details == {"before": ["officer"], "after": ["compliance"]}


def test_nobody_changes_their_own_roles_or_closes_their_own_account(db, administrator):
    with pytest.raises(users.OwnAccount):
        users.set_roles(
            user_id=administrator.pk, roles=[Role.MODEL_VALIDATOR], by=administrator, at=AT
        )
    with pytest.raises(users.OwnAccount):
        users.set_active(user_id=administrator.pk, is_active=False, by=administrator, at=AT)


def test_a_closed_account_has_no_role(db, administrator):
    user = make()

    users.set_active(user_id=user.pk, is_active=False, by=administrator, at=AT)
    users.set_active(user_id=user.pk, is_active=False, by=administrator, at=AT)

    assert not User.objects.get(pk=user.pk).roles
    assert AuditEvent.objects.filter(type=AuditEvent.Type.ACCOUNT_CHANGED).count() == 1


def test_a_new_password_takes_the_place_of_the_old(db, administrator):
    user = make()

    users.change_password(user_id=user.pk, password="another good one", at=AT, by=administrator)

    assert User.objects.get(pk=user.pk).check_password("another good one")
    with pytest.raises(users.PasswordRefused):
        users.change_password(user_id=user.pk, password="12345", at=AT)


@pytest.mark.parametrize(
    "act",
    [
        lambda by: make(by=by),
        lambda by: users.set_roles(user_id=by.pk, roles=[], by=by, at=AT),
        lambda by: users.set_active(user_id=by.pk, is_active=False, by=by, at=AT),
        lambda by: users.change_password(user_id=by.pk, password=PASSWORD, by=by, at=AT),
        lambda by: partners.change(
            partner_id=factories.partner().pk, name="X", is_active=False, by=by, at=AT
        ),
        lambda by: api_keys.revoke(key_id=factories.api_key().api_key.pk, by=by, at=AT),
        lambda by: api_keys.issue(
            partner="acme", scopes=["score"], by=by, at=AT, expires_at=AT + timedelta(days=1)
        ),
    ],
)
def test_accounts_and_keys_are_the_administrators_business(validator, act):
    with pytest.raises(NotAllowed):
        act(validator)


def test_the_learning_worker_never_signs_in(db):
    worker = users.learning_worker()

    assert not worker.is_active
    assert not worker.has_usable_password()


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"scopes": []}, api_keys.BadScope),
        ({"scopes": ["everything"]}, api_keys.BadScope),
        ({"partner": "Acme Broker"}, api_keys.BadPartner),
        ({"partner": ""}, api_keys.BadPartner),
    ],
)
def test_a_key_that_may_not_be(db, changes, refusal):
    values = {"partner": "acme", "scopes": ["score"], "by": None, "at": AT, "expires_at": AT}

    with pytest.raises(refusal):
        api_keys.issue(**values | changes)

    assert not Partner.objects.exists()


def test_an_alert_is_resolved_once_and_opens_anew(db, validator):
    alert = alerts.raise_alert(cause="x", product=None, message="Broken.", at=AT)

    alerts.resolve(alert_id=alert.pk, words="Mended.", by=validator, at=AT)

    with pytest.raises(alerts.AlreadyResolved):
        alerts.resolve(alert_id=alert.pk, words="Mended.", by=validator, at=AT)
    with pytest.raises(NotAllowed):
        alerts.resolve(alert_id=alert.pk, words="Mended.", by=factories.user("officer"), at=AT)
    assert alerts.raise_alert(cause="x", product=None, message="Again.", at=AT) != alert


def test_one_alert_is_open_a_cause_however_many_find_it(committed, at_once):
    at_once(lambda n: alerts.raise_alert(cause="y", product=None, message=f"{n}", at=AT), [1, 2, 3])

    assert Alert.objects.get(cause="y").times == 3


# --- the accounts' admin


@pytest.fixture
def browser(administrator):
    client = Client()
    client.force_login(administrator)
    return client


def test_the_admin_is_for_administrators(db, officer):
    client = Client()
    there = reverse("admin:index")

    assert client.get(there, follow=True).redirect_chain[-1][0].startswith("/sign-in/")
    client.force_login(officer)
    assert client.get(there, follow=True).status_code == 403


def test_a_staff_flag_alone_opens_nothing(db, officer):
    User.objects.filter(pk=officer.pk).update(is_staff=True, is_superuser=True)
    client = Client()
    client.force_login(officer)

    assert client.get(reverse("admin:index"), follow=True).status_code == 403


def test_the_admin_holds_accounts_partners_and_keys_and_nothing_else(browser):
    page = browser.get(reverse("admin:index"))

    models = {model["object_name"] for app in page.context["app_list"] for model in app["models"]}
    assert models == {"User", "Partner", "ApiKey"}


def test_an_account_is_made_in_the_admin(browser):
    sent = {"username": "olga", "password": PASSWORD, "roles": ["officer"]}

    answer = browser.post(reverse("admin:credit_user_add"), sent)

    assert answer.status_code == 302
    assert User.objects.get(username="olga").roles == {"officer"}
    assert AuditEvent.objects.filter(type=AuditEvent.Type.USER_CREATED).exists()


@pytest.mark.parametrize(
    "changes", [{"roles": ["officer", "auditor"]}, {"password": "short"}, {"roles": []}]
)
def test_the_admin_refuses_with_a_sentence(browser, changes):
    sent = {"username": "olga", "password": PASSWORD, "roles": ["officer"]} | changes

    answer = browser.post(reverse("admin:credit_user_add"), sent)

    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors
    assert not User.objects.filter(username="olga").exists()


def test_roles_are_changed_in_the_admin(browser, officer):
    place = reverse("admin:credit_user_change", args=[officer.pk])
    assert browser.get(place).status_code == 200

    browser.post(place, {"is_active": "on", "roles": ["compliance"]})

    assert User.objects.get(pk=officer.pk).roles == {"compliance"}


def test_a_key_is_issued_and_shown_once_in_the_admin(browser):
    assert browser.get(reverse("admin:credit_apikey_add")).status_code == 200

    answer = browser.post(
        reverse("admin:credit_apikey_add"),
        {"partner_name": "acme", "scopes": ["score"], "days": 30},
    )

    shown = answer.content.decode().split('<code id="key">')[1].split("</code>")[0]
    assert access.find(shown, at=ApiKey.objects.get().created_at)
    listed = browser.get(reverse("admin:credit_apikey_changelist")).content.decode()
    assert shown not in listed
    detail = reverse("admin:credit_apikey_change", args=[ApiKey.objects.get().pk])
    assert shown not in browser.get(detail).content.decode()


def test_the_admin_refuses_a_partner_that_cannot_be(browser):
    answer = browser.post(
        reverse("admin:credit_apikey_add"),
        {"partner_name": "Acme_1", "scopes": ["score"], "days": 30},
    )

    assert "small letters" in str(answer.context["adminform"].form.errors)


def test_keys_are_revoked_in_the_admin(browser):
    key = factories.api_key().api_key

    for _ in range(2):
        browser.post(
            reverse("admin:credit_apikey_changelist"),
            {"action": "revoke", "_selected_action": [key.pk]},
        )

    assert ApiKey.objects.get().revoked_at
    assert AuditEvent.objects.filter(type=AuditEvent.Type.KEY_REVOKED).count() == 1


def test_a_partner_is_stopped_in_the_admin(browser):
    partner = factories.partner()
    place = reverse("admin:credit_partner_change", args=[partner.pk])
    assert browser.get(place).status_code == 200

    browser.post(place, {"name": "Acme Ltd"})

    partner.refresh_from_db()
    assert (partner.name, partner.is_active) == ("Acme Ltd", False)


@pytest.mark.parametrize("model", ["user", "partner", "apikey"])
def test_nothing_is_deleted_in_the_admin(browser, officer, model):
    rows = {"user": officer, "partner": factories.partner(), "apikey": factories.api_key().api_key}
    place = reverse(f"admin:credit_{model}_delete", args=[rows[model].pk])

    assert browser.post(place, {"post": "yes"}).status_code == 403
