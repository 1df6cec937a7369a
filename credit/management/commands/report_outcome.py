from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from credit.actions import outcomes
from credit.actions.outcomes import Correction, OutcomeConflict
from credit.actions.refusals import ActionDenied, NotAllowed
from credit.management import outcome_files
from credit.management.console import ProductCommand, day, user_named
from credit.models import Decision, User
from scoring.plurals import counted, were


class Command(ProductCommand):
    help = (
        "Report how an approved loan turned out: officers. With --corrects and --reason put another"
        " outcome in the place of the newest version, whoever reported that: senior officers. With"
        " --file do so for many: CSV with the columns decision, outcome (bad or good), observed_on,"
        " and corrects and reason where something is corrected. Exit code 1 if any row is not"
        " right; the others are recorded, and the same row again changes nothing."
    )
    example = (
        "report_outcome 01M6A6FT000000000000000000 --good --on 2026-11-02 --by samir"
        " --corrects 1 --reason 'Booked to the wrong loan'"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("decision", nargs="?", help="id of the decision, as its page says it")
        which.add_argument("--file", type=Path, help="outcomes of many: CSV, Parquet, or gzip")
        says = parser.add_mutually_exclusive_group()
        says.add_argument("--bad", action="store_true", help="it turned out bad")
        says.add_argument("--good", action="store_true", help="it turned out good")
        parser.add_argument("--on", type=day, help="the day on which it was so, as 2026-11-02")
        parser.add_argument("--corrects", type=int, help="number of the version that is wrong")
        parser.add_argument("--reason", default="", help="why that one is wrong, in a sentence")
        parser.add_argument("--by", required=True, help="username of who reports")

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        by = user_named(options["by"])
        if options["file"]:
            self.file_name = options["file"].name
            rows = tqdm(
                outcome_files.rows(options["file"]), unit=" rows", delay=2, disable=options["json"]
            )
            told = [_told(row, by=by) for row in rows]
        else:
            told = [_one(options, by=by)]
        return {
            "outcomes": [each for each in told if "problem" not in each],
            "problems": [each for each in told if "problem" in each],
        }

    def tell(self, facts: dict[str, Any]) -> None:
        for each in facts["outcomes"]:
            self.stdout.write(
                f"{each['decision']}: {each['outcome']}, seen {each['observed_on']}"
                f" (version {each['version']}; models learn from it after {each['matures_on']})"
            )
        for wrong in facts["problems"]:
            self.stderr.write(f"{self.file_name}, row {wrong['row']}: {wrong['problem']}")

    def conclude(self, facts: dict[str, Any]) -> None:
        if facts["problems"]:
            wrong = len(facts["problems"])
            said = f"{counted(wrong, 'row')} {were(wrong)} not recorded."
            raise CommandError(f"{self.file_name}: {said}")


def _one(options: dict[str, Any], *, by: User) -> dict[str, Any]:
    if options["on"] is None or not (options["bad"] or options["good"]):
        raise CommandError("Say --bad or --good, and --on which day it was so.")
    corrects, reason = options["corrects"], options["reason"]
    if reason and corrects is None:
        raise CommandError("A reason belongs to a correction: say which version, with --corrects.")
    if corrects is not None and not reason.strip():
        raise CommandError("Say with --reason, in a sentence, why that version is wrong.")
    said = {
        "decision_id": options["decision"],
        "is_bad": options["bad"],
        "observed_on": options["on"],
        "correction": None if corrects is None else Correction(corrects=corrects, reason=reason),
    }
    try:
        return _reported(said, by=by)
    except OutcomeConflict as conflict:
        how = f"If that was wrong, correct it: --corrects {conflict.newest}, and --reason why."
        raise CommandError(f"{conflict} {how}") from conflict
    except Decision.DoesNotExist as missing:
        raise CommandError(f"There is no decision {options['decision']}.") from missing


def _told(row: outcome_files.Row, *, by: User) -> dict[str, Any]:
    try:
        return _reported(row.read(), by=by)
    except NotAllowed:
        raise  # of all of them, not of this one
    except OutcomeConflict as conflict:
        how = f"If that was wrong, correct it: {conflict.newest} as corrects, and a reason."
        return {"row": row.number, "problem": f"{conflict} {how}"}
    except Decision.DoesNotExist:
        return {"row": row.number, "problem": f"decision: there is no {row.cells['decision']}"}
    except (outcome_files.RowWrong, ActionDenied) as wrong:
        return {"row": row.number, "problem": str(wrong)}


def _reported(said: dict[str, Any], *, by: User) -> dict[str, Any]:
    made = outcomes.report(**said, by=by, at=timezone.now())
    return {
        "decision": made.decision_id,
        "outcome": "bad" if made.is_bad else "good",
        "observed_on": made.observed_on,
        "version": made.number,
        "matures_on": made.matures_on,
    }
