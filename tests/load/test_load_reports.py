"""What a run leaves behind: figures, a page, and how both compare with the run before."""

import json
from datetime import UTC, datetime
from html.parser import HTMLParser

import checking
import page
import pytest
import results
import verdicts
from attempts import Attempt, Event, Outcome, Tally, Told
from profiles import PROFILES
from runs import Run
from standing import Reckoning

ENDPOINT = "POST /api/v1/decisions"


def run(took=0.02, profile="brownout", rate=10.0):
    made = [
        Attempt(
            ENDPOINT, n / 10, n / 10, n / 10 + took, Outcome.REFUSED if n == 7 else Outcome.GOOD
        )
        for n in range(100)
    ]
    return Run(
        profile=PROFILES[profile],
        rate=rate,
        seconds=10,
        due=100,
        tally=Tally(attempts=made, lags_ms=[1.0] * 100),
        events=[Event(name="<b>PostgreSQL</b> killed", at=5.0, is_fault=True)],
        stored={"decisions": Reckoning(acknowledged=99, lost=(), doubled=(), invented=())},
    )


CHECK = verdicts.Check(of=ENDPOINT, figure="p50 ms", target="at most 1", reached="20", passed=False)


def figures(made_at="2026-11-26T10:00:00+00:00", **changes):
    return results.figures(run(**changes), [CHECK], made_at=made_at)


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def test_the_page_fetches_nothing_runs_nothing_and_says_so():
    text = page.page(run(), [CHECK], figures(), [])

    tags = Tags()
    tags.feed(text)
    names = {name for name, _ in tags.found}
    attributes = {attribute for _, given in tags.found for attribute in given}
    assert not names & {"script", "link", "img", "iframe", "object"}
    assert not {each for each in attributes if each.startswith("on")} | attributes & {
        *("src", "href", "style"),
    }
    (policy,) = [given["content"] for name, given in tags.found if "http-equiv" in given]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")


def test_the_page_shows_charts_events_targets_and_endpoints():
    text = page.page(run(), [CHECK], figures(), [])

    assert text.count('<svg class="chart"') == 2
    assert "&lt;b&gt;PostgreSQL&lt;/b&gt; killed" in text
    assert '<td class="missed">MISSED</td>' in text
    assert "1 targets missed" in text
    assert "There is no earlier result" in text


@pytest.mark.parametrize("made", [[], [Attempt(ENDPOINT, 0, 0, 0, Outcome.GOOD)]])
def test_a_run_of_next_to_nothing_has_a_page(made):
    empty = Run(profile=PROFILES["steady"], rate=1, seconds=0.1, due=1, tally=Tally(attempts=made))

    found = results.figures(empty, [CHECK], made_at="now")

    assert "<h1>" in page.page(empty, [CHECK], found, [])


def test_figures_are_whole_and_json():
    found = json.loads(json.dumps(figures()))

    assert found["workload"] == "open"
    assert found["passed"] is False
    endpoint = found["endpoints"][ENDPOINT]
    assert (endpoint["requests"], endpoint["good"], endpoint["refused"]) == (100, 99, 1)
    assert endpoint["p50_ms"] == 20
    assert found["stored"]["decisions"]["is_right"] is True


def test_a_run_is_compared_with_the_last_of_its_profile_and_rate(tmp_path):
    results.keep(tmp_path, figures("2026-11-26T10:00:00+00:00", took=0.04))
    results.keep(tmp_path, figures("2026-11-26T11:00:00+00:00", took=0.01))
    results.keep(tmp_path, figures("2026-11-26T12:00:00+00:00", took=0.08, rate=20.0))
    results.keep(tmp_path, figures("2026-11-26T13:00:00+00:00", took=0.08, profile="steady"))

    now = figures("2026-11-26T14:00:00+00:00")
    compared = results.compare(now, results.before(tmp_path, "brownout", rate=10.0))

    ratios = {each.figure: each.ratio for each in compared}
    assert ratios["p50_ms"] == pytest.approx(2)
    assert ratios["good_per_second"] == pytest.approx(1, abs=0.01)
    assert f"{ENDPOINT}  p50 ms 2.00x" in results.ratios(compared)
    assert "2.00x" in page.page(run(), [CHECK], now, compared)


def test_the_first_run_is_compared_with_nothing(tmp_path):
    assert results.compare(figures(), results.before(tmp_path, "steady", rate=10.0)) == []


def test_a_half_written_result_stops_nobody(tmp_path):
    results.keep(tmp_path, figures("2026-11-26T10:00:00+00:00"))
    (tmp_path / "history" / "brownout" / "2026-11-26T11.json").write_text('{"rate": ')

    assert results.before(tmp_path, "brownout", rate=10.0) is not None


def test_the_oldest_results_are_forgotten(tmp_path, monkeypatch):
    monkeypatch.setattr(results, "KEPT", 2)
    for hour in (10, 11, 12):
        results.keep(tmp_path, figures(f"2026-11-26T{hour}:00:00+00:00"))

    kept = sorted(path.name for path in (tmp_path / "history" / "brownout").iterdir())
    assert kept == ["2026-11-26T110000Z.json", "2026-11-26T120000Z.json"]


def told(**changes):
    values = {
        "reference": "A",
        "id": "01J",
        "decided_at": "2026-11-26T10:00:02.000Z",
        "version": "consumer-loan/1",
        "bundle": "sha256:1",
        "route": "champion",
    }
    return Told(**values | changes)


@pytest.mark.parametrize(
    ("decision", "late"),
    [
        (told(by_second_key=True), ["01J"]),
        (told(by_second_key=True, decided_at="2026-11-26T10:00:01.000Z"), []),
        (told(), []),
    ],
)
def test_a_revoked_key_that_decides_a_second_later_is_named(decision, late):
    revoked_at = datetime(2026, 11, 26, 10, tzinfo=UTC)

    assert checking.after_revocation([decision], revoked_at=revoked_at) == late
