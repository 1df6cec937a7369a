"""A year in which officers decided: rows as the product writes them, many at once."""

from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import cycle, islice

import factories
import mirror_population
import written_decisions
from written_decisions import Row

from credit.models import PolicyVersion, Role
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
    known = list(islice(cycle(verdicts), n))
    made = written_decisions.write(
        (
            Row(
                at=said["at"] + timedelta(hours=number),
                status={"approve": "approved", "decline": "declined"}[verdict],
                recommendation=said["recommendation"],
                pd=0.25,
                score=None,
                band="C",
            )
            for number, verdict in enumerate(known)
        ),
        policy=PolicyVersion.objects.filter(product=version.product).first(),
        version=version,
    )
    written_decisions.officers_said(
        made,
        known,
        by=officer,
        decided_at=lambda at: at,
        final_at=lambda at: at + timedelta(minutes=10),
        **WHY,
    )
    written_decisions.belong_to(made, age_group=group)
    if said["bad"] is not None:
        _turn_out(list(zip(made, known, cycle(said["bad"]), strict=False)), by=officer)
    return [each.application_id for each in made]


def _turn_out(rows, *, by):
    """Let what was approved turn out, before the month is over."""
    approved = [(each, is_bad) for each, verdict, is_bad in rows if verdict == "approve"]
    written_decisions.turned_out(
        [each for each, _ in approved],
        [is_bad for _, is_bad in approved],
        on=MONTH + timedelta(days=20),
        by=by,
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
