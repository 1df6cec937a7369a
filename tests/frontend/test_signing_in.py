import factories
import pytest
from django.test import Client

from credit.models import Role

PASSWORD = "a long enough pass-phrase"


@pytest.fixture
def clock():
    """Leave the clock alone: what counts wrong passwords reads it in its own way."""


@pytest.fixture
def someone(db):
    def make(*roles):
        user = factories.user(*roles)
        user.set_password(PASSWORD)
        user.save()
        return user

    return make


def sign_in(user, *, password=PASSWORD, **more):
    client = Client(enforce_csrf_checks=True)
    door = client.get("/sign-in/", query_params={"next": more["next"]} if more else {})
    form = {"username": user.username, "password": password, **more}
    form["csrfmiddlewaretoken"] = door.context["csrf_token"]
    return client, client.post("/sign-in/", form)


@pytest.mark.parametrize(
    ("role", "first"),
    [
        (Role.OFFICER, "/"),
        (Role.SENIOR_OFFICER, "/"),
        (Role.MODEL_VALIDATOR, "/monitoring/"),
        (Role.MODEL_DEVELOPER, "/monitoring/"),
        (Role.COMPLIANCE, "/monitoring/"),
        (Role.AUDITOR, "/monitoring/"),
        (Role.ADMINISTRATOR, "/monitoring/"),
    ],
)
def test_people_land_where_their_work_begins(role, first, someone):
    _, answer = sign_in(someone(role))

    assert answer.headers["Location"] == first


def test_people_land_on_the_page_they_asked_for(someone):
    _, answer = sign_in(someone(Role.AUDITOR), next="/alerts/")

    assert answer.headers["Location"] == "/alerts/"


def test_nobody_is_sent_to_another_site(someone):
    _, answer = sign_in(someone(Role.AUDITOR), next="https://example.org/")

    assert answer.headers["Location"] == "/monitoring/"


def test_a_wrong_password_and_an_unknown_name_read_the_same(someone):
    user = someone(Role.OFFICER)
    _, wrong = sign_in(user, password="not the password")
    user.username = "nobody-of-that-name"
    _, unknown = sign_in(user)

    words = "The name or the password is not right."
    assert words in wrong.content.decode()
    assert words in unknown.content.decode()


def test_guessing_is_locked_out_with_a_page_that_says_so(someone):
    user = someone(Role.OFFICER)
    answers = [sign_in(user, password=f"guess {n}")[1] for n in range(6)]

    assert answers[-1].status_code == 429
    assert "Sign-in is locked for a while" in answers[-1].content.decode()


def test_signing_out_closes_the_session(someone):
    client, _ = sign_in(someone(Role.OFFICER))
    token = client.get("/").context["csrf_token"]

    answer = client.post("/sign-out/", {"csrfmiddlewaretoken": token})

    assert answer.headers["Location"] == "/sign-in/"
    assert client.get("/").status_code == 302


def test_a_link_cannot_sign_anyone_out(someone):
    client, _ = sign_in(someone(Role.OFFICER))

    assert client.get("/sign-out/").status_code == 405
    assert client.get("/").status_code == 200


def test_a_form_of_another_site_is_refused_with_a_page(someone):
    client, _ = sign_in(someone(Role.OFFICER))

    answer = client.post("/sign-out/")

    assert answer.status_code == 403
    assert "This form is out of date" in answer.content.decode()
