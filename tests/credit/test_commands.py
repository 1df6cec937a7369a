"""What a person can do at a prompt: each command says what it did, or in a sentence why not."""

import io
import json
from datetime import UTC, datetime
from types import SimpleNamespace

import factories
import pytest
from django.core.management import (
    CommandError,
    call_command,
    get_commands,
    load_command_class,
)
from django.db import connection

from credit.actions import model_versions, training, training_runs
from credit.models import Application, Decision, Ingestion, ModelVersion, TrainingRun, User

OURS = sorted(name for name, app in get_commands().items() if app == "credit")


def run(*arguments, **options):
    """Run a command; give what it printed and what it said beside that."""
    out, err = io.StringIO(), io.StringIO()
    call_command(*map(str, arguments), stdout=out, stderr=err, **options)
    return out.getvalue(), err.getvalue()


def facts(*arguments):
    return json.loads(run(*arguments, "--json")[0])


@pytest.mark.parametrize("name", OURS)
def test_every_command_explains_itself_with_an_example(name):
    command = load_command_class("credit", name)
    explained = command.create_parser("manage.py", name).format_help()

    assert name == "migrate" or f"python manage.py {name}" in explained
    assert name == "migrate" or "--json" in explained
    assert len(command.help) > 30


def test_migrate_goes_to_the_owner():
    parser = load_command_class("credit", "migrate").create_parser("manage.py", "migrate")

    assert parser.parse_args([]).database == "owner"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "command",
    [
        ["products"],
        ["train", "consumer-loan", "--by", "dana"],
        ["verify_audit"],
        ["simulate", "small-business-loan", "--from", "2003-01-01", "--to", "2003-02-01"],
        ["fairness", "consumer-loan"],
        ["fairness_gaps", "consumer-loan"],
    ],
    ids=lambda command: command[0],
)
def test_a_database_without_tables_is_said_with_how_to_make_them(own_store, command):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL search_path TO pg_catalog")  # as if nobody had migrated

    with pytest.raises(CommandError, match="does not have the product's tables"):
        run(*command, "--json")


# --- onboard


@pytest.fixture
def people(db):
    factories.user("model_developer", username="dana")
    factories.user("model_validator", username="vera")
    factories.user("officer", username="olga")
    return {"--by": "dana", "--approved-by": "vera"}


@pytest.fixture
def contract_file(tmp_path):
    file = tmp_path / "contract.toml"
    file.write_bytes(factories.SMALL)
    return file


def onboard(contract, data=factories.LOANS, *more, by="dana", approved_by="vera"):
    return run("onboard", contract, data, "--by", by, "--approved-by", approved_by, *more)


def test_a_contract_and_a_file_become_a_live_product(people, contract_file):
    out, err = onboard(contract_file)

    assert out == "consumer-loan/1 is live.\n"
    assert "1,000 past loans, 300 of them bad" in err
    version = ModelVersion.objects.get()
    assert (version.stage, version.trained_by.username) == ("champion", "dana")
    assert version.promoted_by.username == "vera"
    answer = factories.decide(at=datetime.now(UTC)).answer
    assert answer["model"]["route"] == "champion"

    again, _ = onboard(contract_file)
    assert again == "consumer-loan/1 is live already.\n"
    assert ModelVersion.objects.count() == 1
    assert run("replay", "--all")[0] == "1 of 1 decisions are identical.\n"


def test_onboarding_goes_on_where_it_was_stopped(people, contract_file, monkeypatch):
    def killed(**_asked):
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(training, "train", killed)
        with pytest.raises(KeyboardInterrupt):
            onboard(contract_file)
    assert TrainingRun.objects.get().state == "running"
    with monkeypatch.context() as broken:
        broken.setattr(model_versions, "promote", killed)
        with pytest.raises(KeyboardInterrupt):
            onboard(contract_file)

    out, _ = onboard(contract_file)

    assert out == "consumer-loan/1 is live.\n"
    assert (ModelVersion.objects.count(), Ingestion.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("who", "says"),
    [
        ({"by": "nobody"}, "There is no user nobody. There is: .*dana, .*vera"),
        ({"approved_by": "nobody"}, "There is no user nobody."),
        ({"by": "vera"}, "Only a model developer may onboard a product; vera is none."),
        ({"approved_by": "olga"}, "Only a model validator may approve a product's onboarding"),
        ({"approved_by": "dana"}, "Only a model validator may approve a product's onboarding"),
    ],
)
def test_onboarding_takes_two_people_with_the_right_roles(people, contract_file, who, says):
    with pytest.raises(CommandError, match=says):
        onboard(contract_file, **who)

    assert not TrainingRun.objects.exists()


def test_a_wrong_contract_is_named_with_its_places(people, tmp_path):
    file = tmp_path / "mine.toml"
    file.write_bytes(factories.SMALL.replace(b'currency = "DEM"', b"currency = 7"))

    with pytest.raises(CommandError, match=r"mine\.toml: line \d+, currency"):
        onboard(file)


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (lambda text: text.replace("duration", "length", 1), "loans.csv lacks the columns"),
        (lambda text: text.splitlines()[0], "loans.csv holds no rows"),
        (lambda text: text.replace("A11", "A99"), r"row 1, column status"),
    ],
)
def test_wrong_loans_are_named_with_their_places(people, contract_file, tmp_path, broken, says):
    file = tmp_path / "loans.csv"
    file.write_text(broken(factories.LOANS.read_text()))

    with pytest.raises(CommandError, match=says):
        onboard(contract_file, file)


def test_a_few_wrong_rows_are_named_and_left_out(people, contract_file, tmp_path):
    header, first, *rest = factories.LOANS.read_text().splitlines()
    file = tmp_path / "loans.csv"
    file.write_text("\n".join([header, first.replace("A11", "A99"), *rest]))

    _, err = onboard(contract_file, file)

    assert "loans.csv, row 1, column status: 'A99'" in err
    assert Ingestion.objects.get().rows == 999


def test_a_file_that_is_not_there_is_named(people, contract_file, tmp_path):
    with pytest.raises(CommandError, match=r"gone\.csv: No such file"):
        onboard(contract_file, tmp_path / "gone.csv")
    with pytest.raises(CommandError, match=r"gone\.toml: No such file"):
        onboard(tmp_path / "gone.toml")


def test_too_few_loans_are_told_in_a_sentence(people, contract_file, tmp_path):
    file = tmp_path / "few.csv"
    file.write_text("\n".join(factories.LOANS.read_text().splitlines()[:50]))

    with pytest.raises(CommandError, match="needs at least 100 of each to train"):
        onboard(contract_file, file)


# --- train, retrain, promote


@pytest.fixture
def live(champion, people):
    return champion


def test_train_makes_a_candidate(people):
    contract = factories.contract_version(source=factories.SMALL)
    factories.ingestion(contract)

    out, _ = run("train", "consumer-loan", "--by", "dana")

    assert "consumer-loan/1 is trained and waits for a validator." in out
    assert "fairness: " in out


def test_training_an_unknown_product_names_those_there_are(live):
    with pytest.raises(CommandError, match=r"no product loans. There is: consumer-loan\."):
        run("train", "loans", "--by", "dana")


def test_retrain_asks_the_worker(live):
    out, _ = run("retrain", "consumer-loan", "--by", "vera")

    asked = TrainingRun.objects.get()
    assert out == f"The training run {asked.pk} is queued.\n"
    with pytest.raises(CommandError, match="is being trained already"):
        run("retrain", "consumer-loan", "--by", "vera")


def test_retrain_waits_for_the_end(live, monkeypatch):
    from credit.management.commands import retrain  # noqa: PLC0415

    def worker(_seconds):
        training_runs.fail(
            run_id=TrainingRun.objects.get().pk, problem="The data is gone.", at=factories.AT
        )

    monkeypatch.setattr(retrain, "time", SimpleNamespace(sleep=worker))  # of this command only

    with pytest.raises(CommandError, match=r"The data is gone\."):
        run("retrain", "consumer-loan", "--by", "vera", "--wait")


def test_promote_by_its_name(live, toy_bundle):
    factories.model_version(toy_bundle, contract=live.contract)

    out, _ = run("promote", "consumer-loan/2", "--by", "vera", "--note", "Better")

    assert out == "consumer-loan/2 is now the champion.\n"


def test_a_version_goes_into_shadow_and_out_of_it(live, toy_bundle):
    factories.model_version(toy_bundle, contract=live.contract)
    signed = ("--by", "vera", "--note", "To compare")

    out, _ = run("promote", "consumer-loan/2", "--shadow", *signed)
    assert out == "consumer-loan/2 is now in shadow.\n"

    out, _ = run("retire", "consumer-loan/2", *signed)
    assert out == "consumer-loan/2 is retired.\n"
    with pytest.raises(CommandError, match="retired already"):
        run("retire", "consumer-loan/2", *signed)


@pytest.mark.parametrize(
    ("version", "by", "says"),
    [
        ("consumer-loan/9", "vera", "There is no model consumer-loan/9."),
        ("consumer-loan/x", "vera", "There is no model consumer-loan/x."),
        ("nothing", "vera", "There is no product"),
        ("consumer-loan/1", "dana", "Only a model validator"),
        ("consumer-loan/1", "vera", "only a candidate"),
    ],
)
def test_promotions_that_are_refused(live, version, by, says):
    with pytest.raises(CommandError, match=says):
        run("promote", version, "--by", by, "--note", "Better")


# --- score, decide, replay


def csv_of(*bodies, extra=""):
    header = ["reference", "requested.amount", "requested.term_months"]
    names = [*header, *factories.CONTRACT.feature_names]
    lines = [",".join(names) + extra]
    for body in bodies:
        cells = {"reference": body["reference"]}
        cells |= {f"requested.{name}": value for name, value in body["requested"].items()}
        cells |= {
            name: str(value).lower() if isinstance(value, bool) else value
            for name, value in body["features"].items()
        }
        lines.append(",".join(str(cells.get(name, "")) for name in names) + ("," if extra else ""))
    return "\n".join(lines)


def ndjson_of(*bodies):
    return "\n".join(json.dumps(body) for body in bodies)


@pytest.mark.parametrize(("suffix", "write"), [("csv", csv_of), ("ndjson", ndjson_of)])
def test_a_file_is_scored_and_nothing_recorded(live, tmp_path, suffix, write):
    file = tmp_path / f"applications.{suffix}"
    file.write_text(write(factories.body(), factories.body(reference="=cmd()")))
    out = tmp_path / "scores.csv"

    run("score", "consumer-loan", file, "--out", out)

    header, first, second = out.read_text().splitlines()
    assert header == "row,reference,pd,score,band,reasons,problem"
    assert first.startswith("1,A-2291,0.")
    assert "CHK01" in first
    assert second.startswith("2,'=cmd(),")
    assert not Application.objects.exists()
    rows = facts("score", "consumer-loan", file)["rows"]
    assert [row["reference"] for row in rows] == ["A-2291", "=cmd()"]


def test_scores_come_to_the_terminal_too(live, tmp_path, capsys):
    file = tmp_path / "applications.ndjson"
    file.write_text(ndjson_of(factories.body()))

    run("score", "consumer-loan", file)

    assert "A-2291" in capsys.readouterr().out


def test_rows_that_are_wrong_do_not_stop_the_others(live, tmp_path):
    file = tmp_path / "applications.ndjson"
    wrong = factories.body(features__housing="castle")
    file.write_text(ndjson_of(wrong, factories.body()) + "\n{\n[]\n")

    with pytest.raises(CommandError, match=r"applications\.ndjson: 3 rows were not scored"):
        run("score", "consumer-loan", file, "--out", tmp_path / "scores.csv")

    lines = (tmp_path / "scores.csv").read_text().splitlines()
    assert "/features/housing: must be one of: rent, own, free" in lines[1]
    assert lines[2].startswith("2,A-2291,0.")
    assert "is no JSON" in lines[3]
    assert "is no JSON object" in lines[4]


def test_many_rows_go_over_processes_in_order(live, tmp_path):
    bodies = [factories.body(reference=f"R{at}") for at in range(30)]
    file, out = tmp_path / "applications.csv", tmp_path / "scores.csv"
    file.write_text(csv_of(*bodies))

    told = facts("score", "consumer-loan", file, "--out", out, "--workers", 2, "--no-reasons")

    assert told == {"scored": 30, "not_scored": 0, "problems": []}
    lines = out.read_text().splitlines()
    assert [line.split(",")[1] for line in lines[1:]] == [f"R{at}" for at in range(30)]


def test_a_slip_in_the_header_stops_before_anything_is_scored(live, tmp_path):
    file = tmp_path / "applications.csv"
    file.write_text(csv_of(factories.body()).replace("housing", "housng", 1))

    with pytest.raises(CommandError, match=r"lacks the columns 'housing' and has the unknown"):
        run("score", "consumer-loan", file)


def test_no_workers_is_no_number_of_workers(live, tmp_path):
    with pytest.raises(CommandError, match="must be 1 or more"):
        run("score", "consumer-loan", tmp_path / "a.csv", "--workers", 0)


def test_files_of_another_kind_are_refused(live, tmp_path):
    file = tmp_path / "applications.xlsx"
    file.write_text("")

    with pytest.raises(CommandError, match=r"ends in \.csv"):
        run("score", "consumer-loan", file)


def test_nothing_is_scored_without_a_model(live, tmp_path, own_store):
    file = tmp_path / "applications.ndjson"
    file.write_text(ndjson_of(factories.body()))

    with pytest.raises(CommandError, match="is gone"):
        run("score", "consumer-loan", file)


def test_a_product_without_a_policy_takes_no_file(people, tmp_path):
    factories.contract_version()
    file = tmp_path / "applications.ndjson"
    file.write_text("")

    for command in ("score", "decide"):
        with pytest.raises(CommandError, match="no policy in force"):
            run(command, "consumer-loan", file)


@pytest.mark.parametrize(("suffix", "write"), [("csv", csv_of), ("ndjson", ndjson_of)])
def test_a_file_is_decided_once_for_its_partner(live, tmp_path, suffix, write):
    partner = factories.partner()
    file = tmp_path / f"applications.{suffix}"
    file.write_text(write(factories.body(**factories.AUTOMATIC), factories.body(reference="B")))

    out, _ = run("decide", "consumer-loan", file, "--partner", partner.slug)
    run("decide", "consumer-loan", file, "--partner", partner.slug)

    assert "A-2291  approve  approved" in out
    assert Decision.objects.filter(application__partner=partner).count() == 2


def test_a_file_without_a_partner_is_the_lenders_own(live, tmp_path):
    file = tmp_path / "applications.csv"
    file.write_text(csv_of(factories.body()))

    made = facts("decide", "consumer-loan", file)

    assert made["decisions"][0]["row"] == 1
    assert Application.objects.get().partner is None


def test_what_a_feature_says_need_not_be_said_twice(live, tmp_path):
    body = factories.body()
    features = body["features"] | {"age_group": "under_25"}
    names = [name if name != "age_group" else "monitoring.age_group" for name in features]
    cells = [
        str(value).lower() if isinstance(value, bool) else str(value) for value in features.values()
    ]
    file = tmp_path / "applications.csv"
    file.write_text(",".join(names) + "\n" + ",".join(cells))

    facts("decide", "consumer-loan", file)

    application = Application.objects.get()
    assert (application.reference, application.amount) == ("row 1", features["amount"])
    assert application.term_months == features["duration_months"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (csv_of(factories.body(), extra=",colour"), None),
        (csv_of(factories.body()).replace("rent", "castle"), "row 1: /features/housing"),
        (csv_of(factories.body()) + ",one,more", "another number of cells"),
        (
            csv_of(factories.body()).replace("A-2291,10050.00", "A-2291,much"),
            "row 1: /requested/amount",
        ),
    ],
)
def test_a_row_that_is_wrong_is_named_by_file_row_and_field(live, tmp_path, text, says):
    file = tmp_path / "applications.csv"
    file.write_text(text)
    err = io.StringIO()
    if says is None:
        assert facts("decide", "consumer-loan", file)["problems"] == []
        return

    with pytest.raises(CommandError, match=r"applications\.csv: 1 rows were not decided"):
        call_command("decide", "consumer-loan", str(file), stderr=err)

    assert f"applications.csv, {says}" in err.getvalue() or says in err.getvalue()
    assert not Application.objects.exists()


def test_a_row_that_is_no_json_is_named(live, tmp_path):
    file = tmp_path / "applications.ndjson"
    file.write_text("{")
    err = io.StringIO()

    with pytest.raises(CommandError):
        call_command("decide", "consumer-loan", str(file), stderr=err)

    assert "applications.ndjson, row 1: is no JSON" in err.getvalue()


def test_an_unknown_partner_is_told(live, tmp_path):
    file = tmp_path / "applications.ndjson"
    file.write_text("")

    with pytest.raises(CommandError, match="There is no partner nobody"):
        run("decide", "consumer-loan", file, "--partner", "nobody")


@pytest.mark.parametrize("said", [[], ["--all", "--sample", "2"], ["01", "--all"]])
def test_replay_wants_one_way_to_choose(live, said):
    with pytest.raises(CommandError, match="Name decisions"):
        run("replay", *said)


def test_replay_fails_where_a_decision_differs(live, own_store):
    with pytest.raises(CommandError, match="1 decisions could not be reproduced"):
        run("replay", "0" * 26)
    decided = factories.decide()

    found = facts("replay", decided.decision_id)

    assert found == {"replayed": 1, "identical": 1, "different": []}


# --- products, keys, demo accounts


def test_products_are_listed(live):
    (product,) = facts("products")["products"]
    out, _ = run("products")

    assert (product["slug"], product["champion"]) == ("consumer-loan", "consumer-loan/1")
    assert out.startswith("consumer-loan: Consumer loan, champion consumer-loan/1, contract 1")


def test_no_product_yet_is_told_with_the_way_to_one(db):
    assert "onboard" in run("products")[0]


def test_a_key_is_issued_and_printed_alone(db):
    out, err = run("issue_key", "acme", "--scope", "score", "--scope", "read")

    assert out.startswith("ev_")
    assert len(out.split()) == 1
    assert "It will not be shown again." in err
    told = facts("issue_key", "acme", "--scope", "score", "--expires-days", "3")
    assert (told["partner"], told["scopes"]) == ("acme", ["score"])


def test_a_key_that_may_not_be_is_refused_in_a_sentence(db, officer):
    with pytest.raises(CommandError, match="everything given"):
        run("issue_key", "acme", "--scope", "everything")
    with pytest.raises(CommandError, match="Only an administrator"):
        run("issue_key", "acme", "--scope", "score", "--by", officer.username)


def test_demo_accounts_need_a_password_and_are_made_once(db, monkeypatch):
    monkeypatch.delenv("EVENHAND_DEMO_PASSWORD", raising=False)
    with pytest.raises(CommandError, match="EVENHAND_DEMO_PASSWORD"):
        run("create_demo_users")
    monkeypatch.setenv("EVENHAND_DEMO_PASSWORD", "correct-horse")
    first = facts("create_demo_users")
    monkeypatch.setenv("EVENHAND_DEMO_PASSWORD", "another-good-one")

    again = facts("create_demo_users")
    out, _ = run("create_demo_users")

    assert [user["username"] for user in first["users"]] == [
        *("olga", "samir", "demo-developer", "demo-validator", "carla", "audrey", "admin")
    ]
    assert again["users"][0]["password"] == "another-good-one"
    assert User.objects.get(username="olga").check_password("another-good-one")
    assert User.objects.get(username="olga").roles == {"officer"}
    assert "another-good-one" not in out
