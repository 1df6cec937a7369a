"""A year in which officers decided: rows as the product writes them, many at once."""

from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import cycle

import factories
import mirror_population

from credit import vault
from credit.ids import new_id
from credit.models import (
    Application,
    Decision,
    OfficerDecision,
    Outcome,
    PolicyVersion,
    Role,
    Score,
)
from monitoring.models import OfficerMirror
from scoring.officers import mirror
from scoring.officers.practice import Answer

MONTH = datetime(2026, 10, 1, tzinfo=UTC)  # the last of the year that is looked at
WHY = {"reason_code": "OFF02", "reason": "Payslips of three months were seen."}
VERDICTS = ("approve", "approve", "approve", "decline")


def team(n=3):
    names = ("Olga", "Otto", "Oscar", "Oda", "Olaf")
    made = [factories.user(Role.OFFICER, username=f"mirror-{name}") for name in names[:n]]
    for officer, name in zip(made, names, strict=False):
        officer.first_name = name
        officer.save()
    return made


def decisions(version, officer, verdicts=VERDICTS, *, n=80, group="25_to_61", **changes):
    """Write decisions of one officer, an hour apart, in the month looked at."""
    said = {"recommendation": "refer", "bad": None, "at": MONTH + timedelta(hours=9)} | changes
    moments = [said["at"] + timedelta(hours=number) for number in range(n)]
    ids = [new_id(moment) for moment in moments]
    rows = list(zip(ids, moments, cycle(verdicts), strict=False))
    _apply(version, rows, recommendation=said["recommendation"])
    OfficerDecision.objects.bulk_create(
        OfficerDecision(
            decision_id=each,
            verdict=verdict,
            is_override=said["recommendation"] not in {"refer", verdict},
            decided_by=officer,
            decided_at=moment,
            final_at=moment + timedelta(minutes=10),
            **WHY,
        )
        for each, moment, verdict in rows
    )
    if group:
        vault.store_each([(each, "age_group", group) for each in ids], at=said["at"])
    if said["bad"] is not None:
        _turn_out(rows, cycle(said["bad"]), by=officer)
    return ids


def _apply(version, rows, *, recommendation):
    policy = PolicyVersion.objects.filter(product=version.product).first()
    Application.objects.bulk_create(
        Application(
            id=each,
            product=version.product,
            reference="M",
            amount=1000,
            term_months=12,
            features={},
            status={"approve": "approved", "decline": "declined"}[verdict],
            received_at=moment,
            salt=b"0" * 16,
        )
        for each, moment, verdict in rows
    )
    Score.objects.bulk_create(
        Score(
            application_id=each,
            contract=version.contract,
            route="champion",
            model_version=version,
            pd=0.25,
            band="C",
        )
        for each, _, _ in rows
    )
    Decision.objects.bulk_create(
        Decision(
            application_id=each, policy=policy, recommendation=recommendation, decided_at=moment
        )
        for each, moment, _ in rows
    )


def _turn_out(rows, bad, *, by):
    """Let what was approved turn out, before the month is over."""
    known = MONTH + timedelta(days=20)
    Outcome.objects.bulk_create(
        Outcome(
            decision_id=each,
            is_bad=is_bad,
            observed_on=known.date(),
            reported_at=known,
            reported_by=by,
            matures_on=known.date(),
        )
        for (each, _, verdict), is_bad in zip(rows, bad, strict=False)
        if verdict == "approve"
    )


def whole_team(version, *, officers=4, biased=False):
    """Let some officers decide alike on two groups; where asked the first declines the young."""
    people = team(officers)
    for place, officer in enumerate(people):
        declines = ("decline", "decline", "decline", "approve")
        decisions(version, officer)
        decisions(
            version,
            officer,
            declines if biased and place == 0 else VERDICTS,
            group="under_25",
        )
    return people


@cache
def assessed():
    """Hold the mirror up to a made-up team in which one officer is biased; once a process."""
    team = mirror_population.Team(officers=4, against_young=-2.0)
    made, pairs = mirror_population.within(*mirror_population.decided(team, 1), 0, 12)
    said = [
        Answer(said=0.2, pd=0.1, before=before, approve_at_most=0.2, decline_at_least=0.4)
        for before in (None, 0.1)
    ]
    return mirror.assess(made, pairs=pairs, answers=dict.fromkeys((1, 2, 3), said * 25), minimum=30)


def stored(product, people, *, at):
    """Keep that team's mirrors as if these people were it, already shared."""
    found = assessed()
    OfficerMirror.objects.bulk_create(
        OfficerMirror(
            product=product,
            month=MONTH.date(),
            officer=officer,
            figures=each.to_dict(),
            look={} if officer else {"asked": {"age_group=young": 4, "outcomes": 4}, "differs": []},
            computed_at=at - timedelta(days=5),
            shared_from=at - timedelta(days=2),
        )
        for officer, each in zip(
            (None, *people), (found.team, *found.officers.values()), strict=True
        )
    )
