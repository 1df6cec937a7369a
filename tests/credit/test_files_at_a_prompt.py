"""Files of applications at a prompt: scored, decided, and proved by a replay."""

import gzip
import io
import json

import factories
import pytest
from at_a_prompt import facts, run
from django.core.management import CommandError, call_command

from credit.models import Application, Decision


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


def test_a_row_of_a_table_is_named_by_its_column(live, tmp_path):
    file = tmp_path / "applications.csv"
    file.write_text(csv_of(factories.body(), factories.body(features__housing="castle")))
    err = io.StringIO()

    with pytest.raises(CommandError, match=r"applications\.csv: 1 row was not scored"):
        call_command("score", "consumer-loan", str(file), "--out", tmp_path / "out", stderr=err)

    said = "applications.csv, row 2: housing: must be one of: rent, own, free"
    assert err.getvalue().strip() == said


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


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("a.csv", lambda text: text.encode("utf-8-sig")),
        ("a.csv", lambda text: text.encode("utf-16")),
        ("a.csv", lambda text: text.replace(",", ";").replace("A-2291", "Zoë").encode("cp1252")),
        ("a.csv.gz", lambda text: gzip.compress(text.encode())),
    ],
)
def test_a_table_is_decided_however_it_is_written(live, tmp_path, name, written):
    file = tmp_path / name
    file.write_bytes(written(csv_of(factories.body())))

    (made,) = facts("decide", "consumer-loan", file)["decisions"]

    assert made["reference"] in {"A-2291", "Zoë"}


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.csv", b"", r"a\.csv is empty"),
        ("a.csv", csv_of(factories.body()).encode() + b'\n"never closed', "not closed"),
        ("a.parquet", b"none", "is named as Parquet and is none"),
        ("a.xlsx", b"PK", r"ends in \.csv, \.parquet, \.gz or \.ndjson"),
    ],
)
def test_of_a_file_that_cannot_be_read_to_its_end_nothing_is_decided(
    live, tmp_path, name, content, says
):
    file = tmp_path / name
    file.write_bytes(content)

    with pytest.raises(CommandError, match=says):
        run("decide", "consumer-loan", file)

    assert not Application.objects.exists()


@pytest.mark.parametrize("command", ["score", "decide"])
def test_a_line_that_says_a_thing_twice_is_refused_as_by_the_api(live, tmp_path, command):
    file = tmp_path / "applications.ndjson"
    line = ndjson_of(factories.body())
    file.write_text(line.replace('"reference":', '"reference": "B", "reference":', 1))

    with pytest.raises(CommandError, match="1 row was not"):
        run(command, "consumer-loan", file)

    assert not Application.objects.exists()


def test_a_line_of_another_encoding_is_named(live, tmp_path):
    file = tmp_path / "applications.ndjson"
    file.write_bytes(ndjson_of(factories.body()).encode() + b'\n{"reference": "Zo\xeb"}\n')

    told = io.StringIO()
    with pytest.raises(CommandError, match="1 row was not decided"):
        call_command("decide", "consumer-loan", str(file), stderr=told)

    assert "row 2: is no JSON" in told.getvalue()


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
        (csv_of(factories.body()).replace("rent", "castle"), "row 1: housing: must be one of"),
        (csv_of(factories.body()) + ",one,more", "cells, and the header has"),
        (
            csv_of(factories.body()).replace("A-2291,10050.00", "A-2291,much"),
            "row 1: requested.amount: ",
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

    with pytest.raises(CommandError, match=r"applications\.csv: 1 row was not decided"):
        call_command("decide", "consumer-loan", str(file), stderr=err)

    assert f"applications.csv, {says}" in err.getvalue() or says in err.getvalue()
    assert not Application.objects.exists()


def test_a_row_of_ndjson_is_named_by_pointers_as_the_api_does(live, tmp_path):
    file = tmp_path / "applications.ndjson"
    file.write_text(ndjson_of(factories.body(features__housing="castle")))
    err = io.StringIO()

    with pytest.raises(CommandError):
        call_command("decide", "consumer-loan", str(file), stderr=err)

    assert "applications.ndjson, row 1: /features/housing: must be one of" in err.getvalue()


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


def test_a_sample_of_none_proves_nothing(live):
    for sample in ("0", "-3"):
        with pytest.raises(CommandError, match="must be 1 or more"):
            run("replay", "--sample", sample)


def test_replay_fails_where_a_decision_differs(live, own_store):
    with pytest.raises(CommandError, match="1 decision could not be reproduced"):
        run("replay", "0" * 26)
    decided = factories.decide()

    found = facts("replay", decided.decision_id)

    assert found == {"replayed": 1, "identical": 1, "notices": 0, "different": []}
