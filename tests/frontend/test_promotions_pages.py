"""A version's way into service, in the console: each person sees the buttons that are theirs."""

import factories
import promotion_scene as scene
import pytest
from page_words import words_of

from credit.actions import canaries
from credit.models import GateWaiver, ModelVersion, PromotionRequest, Role

AT = factories.AT
PAGE = "/console/promotions/"


@pytest.fixture
def live(db, own_store):
    return scene.live()


@pytest.fixture
def candidate(live):
    return scene.candidate_of(live)


@pytest.fixture
def as_developer(signed_in):
    return signed_in(Role.MODEL_DEVELOPER)


def of(version):
    return f"/console/models/{version.pk}/"


def do(client, version, what, words="So it is."):
    answer = client.post(f"{of(version)}promotion/", {"do": what, "words": words}, follow=True)
    return words_of(answer)


def test_nothing_under_way_says_so(as_auditor, live):
    assert "No version is on its way" in words_of(as_auditor.get(PAGE))


def test_a_first_champion_does_not_say_that_it_was_in_shadow(as_auditor, live):
    page = words_of(as_auditor.get(of(live)))

    assert page.count("left out") == 2
    assert "Done" not in page


def test_a_developer_asks_on_the_versions_page(as_developer, candidate):
    assert "Ask for its promotion" in words_of(as_developer.get(of(candidate)))

    page = do(as_developer, candidate, "ask")

    assert "Another validator must approve consumer-loan/2." in page
    assert "Withdraw the request" in page
    assert PromotionRequest.objects.get().why == "So it is."


def test_what_was_typed_comes_back_where_it_was_refused(as_developer, candidate):
    do(as_developer, candidate, "ask")

    page = do(as_developer, candidate, "ask", words="Five careful words, once more.")

    assert "Not recorded: “Five careful words, once more.”" in page
    assert PromotionRequest.objects.get().why == "So it is."


def test_words_are_asked_for(as_developer, candidate):
    assert "Say in a sentence why." in do(as_developer, candidate, "ask", words=" ")
    assert not PromotionRequest.objects.exists()


def test_only_who_may_answer_sees_the_buttons(as_developer, as_validator, as_auditor, candidate):
    scene.asked(candidate)

    for client, sees in ((as_developer, False), (as_auditor, False), (as_validator, True)):
        page = words_of(client.get(PAGE))
        assert ("Approve" in page) == sees
        assert "consumer-loan/2" in page


def test_who_asked_sees_no_button_to_approve(signed_in, candidate):
    validator = factories.user("model_validator")
    scene.asked(candidate, validator)

    page = words_of(signed_in(user=validator).get(of(candidate)))

    assert "Approve" not in page
    assert "Withdraw the request" in page


def test_a_validator_approves_and_takes_the_first_step(as_validator, candidate):
    scene.asked(candidate)

    assert "consumer-loan/2 may go its way." in do(as_validator, candidate, "approve")
    page = do(as_validator, candidate, "step")

    assert "consumer-loan/2 took its next step." in page
    assert "Still needed here:" in page
    assert "2 more decisions scored" in page
    assert "Make it the canary" not in page
    assert ModelVersion.objects.get(pk=candidate.pk).stage == "shadow"


def test_a_refusal_is_told_with_its_words(as_validator, candidate):
    scene.asked(candidate)

    page = do(as_validator, candidate, "refuse", words="Too few loans of 2026.")

    assert "consumer-loan/2 is refused." in page
    assert "“Too few" in page or "Too few loans of 2026." in page
    assert "Refused" in words_of(as_validator.get(PAGE))


def test_what_the_action_refuses_is_told(as_validator, candidate):
    assert "has no request that another validator approved" in do(as_validator, candidate, "step")


def test_the_policys_steps_take_the_place_of_the_old_button(as_validator, candidate):
    page = words_of(as_validator.get(of(candidate)))

    assert "The policy asks for steps" in page
    assert "Promote to champion" not in page
    assert "at least 24 hours and at least 2 decisions" in page


def test_an_answer_to_what_nobody_asked_is_404(as_validator, candidate):
    answer = as_validator.post(f"{of(candidate)}promotion/", {"do": "approve", "words": "Yes."})

    assert answer.status_code == 404


@pytest.mark.parametrize("part", ["promotion", "waiver"])
def test_a_version_that_is_none_is_404(as_validator, live, part):
    said = {"do": "ask", "words": "Why not.", "gate": "stability"}

    assert as_validator.post(f"/console/models/999999/{part}/", said).status_code == 404


# --- The canary


@pytest.fixture
def canary(db, own_store):
    return scene.canary_of(scene.live(factories.SOURCE), at=factories.BEFORE)


def test_a_canary_shows_what_is_seen_of_it_with_its_n(as_validator, canary):
    assert "Nothing was seen of it yet" in words_of(as_validator.get(PAGE))
    scene.counted(canary, AT, tried=400, failed=2, timed=398, slow=2)
    canaries.watch(at=AT)

    page = words_of(as_validator.get(PAGE))

    assert "Could not be scored by it 400 0.5%" in page
    assert "Took it too long 398 0.5%" in page
    assert "Not beyond" in page


def test_one_press_takes_it_back(as_validator, canary):
    page = do(as_validator, canary, "take_back", words="")

    assert f"{canary.name} scores no more." in page
    assert ModelVersion.objects.get(pk=canary.pk).stage == "candidate"


def test_one_that_halted_says_why(as_auditor, canary):
    scene.counted(canary, AT, tried=20, failed=12)
    canaries.watch(at=AT)

    for address in (PAGE, of(canary), "/console/consumer-loan/history/"):
        assert "it could not score 60.0% of its applications" in words_of(as_auditor.get(address))
    assert "Halted as canary by itself" in words_of(
        as_auditor.get("/console/consumer-loan/history/")
    )
    assert "Beyond its limit" in words_of(as_auditor.get(of(canary)))


def test_the_history_names_the_canary_of_a_moment(as_auditor, canary):
    page = words_of(as_auditor.get(f"/console/consumer-loan/history/?at={AT:%Y-%m-%dT%H:%M}"))

    assert "the champion was consumer-loan/1" in page
    assert "Beside it, consumer-loan/2 scored a share as the canary" in page


# --- Gates


@pytest.fixture
def failed(live):
    return scene.candidate_of(live, gates=[scene.FAILED, scene.PARITY])


def waive(client, version, **said):
    return words_of(client.post(f"{of(version)}waiver/", said, follow=True))


def test_a_gate_is_waived_by_two_people_on_the_page(as_validator, as_compliance, failed):
    page = words_of(as_validator.get(of(failed)))
    assert "Why stability may be waived" in page
    assert "Why parity may be waived" not in page

    page = waive(as_validator, failed, gate="stability", words="One fold is tiny.")
    assert "Proposed. A second person must sign." in page
    assert "waits for the signature" in page

    assert "Gates that wait for a second signature" in words_of(as_compliance.get(PAGE))
    page = waive(as_compliance, failed, signs=GateWaiver.objects.get().pk)
    assert "The gate is waived." in page
    assert "Waived" in words_of(as_validator.get(of(failed)))

    dossier = words_of(as_validator.get(f"{of(failed)}dossier/"))
    assert "Waived: “One fold is tiny.”" in dossier


def test_a_waiver_needs_words(as_validator, failed):
    assert "Say in a sentence why." in waive(as_validator, failed, gate="stability", words=" ")


def test_compliance_proposes_nothing(as_compliance, failed):
    answer = as_compliance.post(f"{of(failed)}waiver/", {"gate": "stability", "words": "Please."})

    assert answer.status_code == 403


def test_a_waiver_of_another_version_is_404(as_validator, live, failed):
    other = scene.candidate_of(live, content=scene.released(live.contract.read(), less=0.1))
    scene_waiver = GateWaiver.objects.create(
        version=failed,
        gate="stability",
        why="Tiny fold.",
        first_by=factories.user("model_validator"),
        first_at=AT,
    )

    answer = as_validator.post(f"{of(other)}waiver/", {"signs": scene_waiver.pk})

    assert answer.status_code == 404


def test_compliance_reads_promotions_without_links_it_may_not_open(as_compliance, candidate):
    scene.asked(candidate)

    answer = as_compliance.get(PAGE)

    assert "consumer-loan/2" in words_of(answer)
    assert f'"{of(candidate)}"' not in answer.content.decode()
