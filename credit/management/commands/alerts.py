from argparse import SUPPRESS, _SubParsersAction
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from credit.actions import alert_cases, alert_mails, alert_sending, alert_silences, alerts
from credit.management.console import ProductCommand, moment, product_named, user_named
from credit.models import Alert, AlertCase, AlertSilence, Role
from credit.queries import alerts as queries


class Command(ProductCommand):
    help = (
        "List alerts, or do something about one: acknowledge, assign, comment, resolve, close (its"
        " case), silence, unsilence. `mail` says who gets them, `secret` signs the webhook."
    )
    example = "alerts close 12 --decision retrain_asked --words 'A new candidate trains' --by vera"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--state", default="unresolved", choices=queries.STATES)
        parser.add_argument("--product", default="", help="as in consumer-loan")
        parser.add_argument("--cause", default="", help="as in score_drift")
        verbs = parser.add_subparsers(dest="verb", metavar="VERB")
        _of_an_alert(verbs, "acknowledge", "say that one sees to it")
        _of_an_alert(verbs, "assign", "give it to a person", to="username of who takes it")
        _of_an_alert(verbs, "comment", "keep words with it", words="in a sentence")
        _of_an_alert(verbs, "resolve", "say what was done", words="in a sentence")
        close = _of_an_alert(verbs, "close", "record a case's decision", words="in a sentence")
        close.add_argument("--decision", required=True, choices=AlertCase.Decision.values)
        close.add_argument("--quiet-until", type=moment, help="UTC, as in 2026-12-01T08:00")
        _silence(verbs)
        unsilence = _verb(verbs, "unsilence", "end a silence before its time")
        unsilence.add_argument("silence", type=int, help="its number, as `silence` says it")
        mail = _verb(verbs, "mail", "name who gets alerts by mail")
        mail.add_argument("username")
        mail.add_argument("--address", help="an empty one takes it away")
        mail.add_argument("--wanted", choices=["yes", "no"])
        _verb(verbs, "secret", "show what signs the alerts' webhook", needs_by=False)

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        act = _ACTS.get(options["verb"], _list)
        try:
            return act(options)
        except (Alert.DoesNotExist, AlertSilence.DoesNotExist) as missing:
            raise CommandError("There is none of that number.") from missing

    def tell(self, facts: dict[str, Any]) -> None:
        for each in facts.get("alerts", []):
            of = " ".join(filter(None, (each["product"], each["segment"])))
            self.stdout.write(
                f"{each['id']:>6}  {each['state']:<13}{each['cause']:<24}{of or '-':<28}"
                f"x{each['times']:<5}{each['last_at']:%Y-%m-%d %H:%M}  {each['message']}"
            )
        said = {name: value for name, value in facts.items() if name != "alerts"}
        for name, value in said.items():
            self.stdout.write(f"{name.replace('_', ' ')}: {value}")


def _verb(
    verbs: "_SubParsersAction[CommandParser]", name: str, says: str, *, needs_by: bool = True
) -> CommandParser:
    parser = verbs.add_parser(name, help=says, description=says)
    parser.add_argument("--json", action="store_true", default=SUPPRESS, help="for programs")
    if needs_by:
        parser.add_argument("--by", required=True, help="username of who does it")
    return parser


def _of_an_alert(
    verbs: "_SubParsersAction[CommandParser]", name: str, says: str, **needs: str
) -> CommandParser:
    parser = _verb(verbs, name, says)
    parser.add_argument("alert", type=int, help="its number")
    for option, help_text in needs.items():
        parser.add_argument(f"--{option}", required=True, help=help_text)
    return parser


def _silence(verbs: "_SubParsersAction[CommandParser]") -> None:
    parser = _verb(verbs, "silence", "count findings and tell nobody, until an end")
    parser.add_argument("silenced", metavar="CAUSE", help="as in score_drift")
    parser.add_argument("--of", default="", metavar="PRODUCT", help="empty: of no product")
    parser.add_argument("--segment", default="", help="as in partner:acme")
    parser.add_argument("--until", required=True, type=moment, help="UTC, within 30 days")
    parser.add_argument("--words", required=True, help="why, in a sentence")


def _list(options: dict[str, Any]) -> dict[str, Any]:
    rows = queries.listed(
        roles=list(Role),
        at=timezone.now(),
        state=options["state"],
        product=options["product"],
        cause=options["cause"],
    )
    return {
        "alerts": [
            {
                "id": row.id,
                "cause": row.cause,
                "state": row.state,
                "product": row.product_slug,
                "segment": row.segment,
                "version": row.version_name,
                "message": row.message,
                "n": row.n,
                "times": row.times,
                "owner": row.owner,
                "taken_by": row.taken_by,
                "has_open_case": row.has_open_case,
                "silenced_until": row.silenced_until,
                "first_at": row.first_at,
                "last_at": row.last_at,
                "cleared_at": row.cleared_at,
                "runbook": row.kind.runbook,
            }
            for row in rows
        ]
    }


def _done(alert: Alert) -> dict[str, Any]:
    return {"alert": alert.pk, "cause": alert.cause, "state": alert.state.value}


def _acknowledge(options: dict[str, Any]) -> dict[str, Any]:
    by = user_named(options["by"])
    return _done(alerts.acknowledge(alert_id=options["alert"], by=by, at=timezone.now()))


def _assign(options: dict[str, Any]) -> dict[str, Any]:
    return _done(
        alerts.assign(
            alert_id=options["alert"],
            to=user_named(options["to"]),
            by=user_named(options["by"]),
            at=timezone.now(),
        )
    )


def _comment(options: dict[str, Any]) -> dict[str, Any]:
    by, words = user_named(options["by"]), options["words"]
    return _done(
        alert_cases.comment(alert_id=options["alert"], words=words, by=by, at=timezone.now())
    )


def _resolve(options: dict[str, Any]) -> dict[str, Any]:
    by, words = user_named(options["by"]), options["words"]
    return _done(alerts.resolve(alert_id=options["alert"], words=words, by=by, at=timezone.now()))


def _close(options: dict[str, Any]) -> dict[str, Any]:
    case = alert_cases.close(
        alert_id=options["alert"],
        decision=options["decision"],
        words=options["words"],
        quiet_until=options["quiet_until"],
        by=user_named(options["by"]),
        at=timezone.now(),
    )
    return {"alert": case.alert_id, "decision": str(case.decision), "state": "resolved"}


def _quiet(options: dict[str, Any]) -> dict[str, Any]:
    made = alert_silences.silence(
        cause=options["silenced"],
        product=product_named(options["of"]) if options["of"] else None,
        segment=options["segment"],
        until=options["until"],
        why=options["words"],
        by=user_named(options["by"]),
        at=timezone.now(),
    )
    return {"silence": made.pk, "cause": made.cause, "until": made.until}


def _unsilence(options: dict[str, Any]) -> dict[str, Any]:
    by = user_named(options["by"])
    made = alert_silences.unsilence(silence_id=options["silence"], by=by, at=timezone.now())
    return {"silence": made.pk, "cause": made.cause, "ended_at": made.ended_at}


def _mail(options: dict[str, Any]) -> dict[str, Any]:
    user, by, now = user_named(options["username"]), user_named(options["by"]), timezone.now()
    if options["address"] is not None:
        user = alert_mails.set_address(user_id=user.pk, address=options["address"], by=by, at=now)
    if options["wanted"]:
        is_wanted = options["wanted"] == "yes"
        user = alert_mails.set_wanted(user_id=user.pk, is_wanted=is_wanted, by=by, at=now)
    return {
        "user": user.get_username(),
        "has_address": bool(user.email),
        "wants_alerts": user.mails_alerts,
    }


def _secret(options: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG001 - as the others
    return {"secret": alert_sending.secrets()[0]}


_ACTS = {
    "acknowledge": _acknowledge,
    "assign": _assign,
    "comment": _comment,
    "resolve": _resolve,
    "close": _close,
    "silence": _quiet,
    "unsilence": _unsilence,
    "mail": _mail,
    "secret": _secret,
}
