"""What a month's report on gaps may not tell beside the fairness reports on the same decisions.

Both count whom a model recommended for approval: of all versions, or of one. So they obey one rule,
record 39. The worker makes the fairness reports of a month first.
"""

from credit.models import User
from monitoring.fairness.apart import tell_too_much
from monitoring.fairness.earlier import parts_of_gaps, stored
from monitoring.fairness.gathered import Gathered
from monitoring.fairness.told_figures import tells
from monitoring.models import FairnessReport, GapReport
from scoring.contract import Contract
from scoring.groups.gaps import FEWEST

STAGE = FairnessReport.Stage.RECOMMENDATION
_WITHHELD = (
    "Withheld: beside the fairness reports on these decisions, or one version beside another, it"
    " would tell of fewer than {least} people."
)


def why_untold(made: GapReport, contract: Contract, *, by: User | None) -> dict[str, str]:
    """Say of which attributes a report would tell too much, and why."""
    least, parts = max(contract.fairness.minimum_group, FEWEST), parts_of_gaps(made)
    gathered = Gathered(stage=STAGE, by=by, stored=stored(STAGE))
    return {
        each.name: _WITHHELD.format(least=least)
        for each in contract.assessable
        if any(tells(part.report, each.name) for part in parts)
        and tell_too_much(gathered, parts, name=each.name, smallest=least)
    }
