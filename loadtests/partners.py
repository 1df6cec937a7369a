"""Partner systems under load: applications that come alone, and files of them."""

import json
import uuid
from collections.abc import Mapping
from typing import Any

import gevent
from attempts import Attempt, Outcome, Told
from profiles import BATCH, SINGLE
from workload import LONGEST, Acknowledged, Came, Open

POST = "POST /api/v1/decisions"
GET = "GET /api/v1/decisions/{id}"
REVOKED = "POST /api/v1/decisions (revoked key)"
SEND, LOOK = "POST /api/v1/batches", "GET /api/v1/batches/{id}"
RESULTS = "GET /api/v1/batches/{id}/results"
WHOLE = "a batch, from due to its last result"
PATH, BATCHES = "/api/v1/decisions", "/api/v1/batches"
REPLAY_EVERY = 20  # one request in twenty repeats an earlier one under the same key
READ_EVERY = 10  # one in ten asks for an earlier decision
SECOND_KEY_EVERY = 10  # one in ten comes by the second key, where there is one
SECONDS_BETWEEN_LOOKS = 1.0
SECONDS_FOR_A_BATCH = 60.0
MADE = frozenset({200, 201})


class Single(Open):
    """Scores real applications, repeats a few requests, reads a few decisions back."""

    role = SINGLE

    def arrive(self, number: int, due: float) -> None:
        """Decide, mostly."""
        known = self.workload.recent
        if known and number % REPLAY_EVERY == REPLAY_EVERY - 1:
            self._replay(known[number % len(known)], due)
        elif known and number % READ_EVERY == READ_EVERY // 2:
            self._read_back(known[number % len(known)], due)
        else:
            self._decide(due, by_second_key=number % SECOND_KEY_EVERY == 0)

    def _decide(self, due: float, *, by_second_key: bool) -> None:
        shared = self.workload
        body = {
            **next(shared.bodies),
            "reference": f"load-{shared.run}-s-{uuid.uuid4().hex}",
        }
        shared.unsure.add(body["reference"])
        key, second = str(uuid.uuid4()), shared.second_key if by_second_key else ""
        came = self.insist(lambda at: self._post(body, key, at, shown=second), due=due)
        if second and came.status == 401:
            # The partner takes its other key; whether it had to is judged by the database.
            shared.second_key = ""
            came, second = self.insist(lambda _: self._post(body, key, None), due=None), ""
        if came.outcome is not Outcome.GOOD:
            return
        shared.unsure.discard(body["reference"])
        shared.told.append(told(came.json, by_second_key=bool(second)))
        shared.recent.append(Acknowledged(key=key, body=body, answer=came.json))

    def _replay(self, earlier: Acknowledged, due: float) -> None:
        def same(came: Came) -> str:
            return "" if came.json == earlier.answer else "the same key was given another answer"

        self.insist(
            lambda at: self._post(earlier.body, earlier.key, at, is_right=same),
            due=due,
        )

    def _read_back(self, earlier: Acknowledged, due: float) -> None:
        def same(came: Came) -> str:
            is_same = is_same_decision(earlier.answer, came.json or {})
            return "" if is_same else "the decision reads otherwise than it was acknowledged"

        self.ask(
            GET,
            "GET",
            f"{PATH}/{earlier.answer['id']}",
            due=due,
            is_right=same,
            headers=_authorized(self.workload.key),
        )

    def _post(
        self,
        body: Mapping[str, Any],
        key: str,
        due: float | None,
        *,
        shown: str = "",
        is_right: Any = None,
    ) -> Came:
        def answers_it(came: Came) -> str:
            answer = came.json if isinstance(came.json, dict) else {}
            is_answer = answer.get("id") and answer.get("reference") == body["reference"]
            return "" if is_answer or came.status == 401 else "not an answer to what was sent"

        return self.ask(
            POST,
            "POST",
            PATH,
            due=due,
            wanted=MADE | {401} if shown else MADE,
            is_right=is_right or answers_it,
            json=body,
            headers={
                **_authorized(shown or self.workload.key),
                "Idempotency-Key": key,
            },
        )


class Files(Open):
    """Sends files of applications and follows each until its last result."""

    role = BATCH
    warm_ups = 2  # files are worked one after another
    patience = SECONDS_FOR_A_BATCH + LONGEST

    def warm_up(self) -> None:
        """Send a file of one, and wait for the worker to begin and end it."""
        row = {**next(self.workload.bodies), "reference": f"warm-up-{uuid.uuid4().hex}"}
        came = self._send(row["product"], line_of(row), str(uuid.uuid4()), None)
        if came.outcome is Outcome.GOOD:
            self._is_over(came.json["id"])

    def arrive(self, number: int, due: float) -> None:
        """Send one, look after it, and read what became of its rows."""
        shared = self.workload
        rows = [
            {**next(shared.bodies), "reference": f"load-{shared.run}-b-{number}-{row}"}
            for row in range(shared.rows)
        ]
        references = {row["reference"] for row in rows}
        shared.unsure |= references
        file = "".join(map(line_of, rows))
        key, product = str(uuid.uuid4()), rows[0]["product"]
        came = self.insist(lambda at: self._send(product, file, key, at), due=due)
        batch = came.json if came.outcome is Outcome.GOOD else None
        if not isinstance(batch, dict) or not self._is_over(batch["id"]):
            if batch:
                self._note_whole(due, Outcome.FAILED, f"{batch['id']} did not end in time")
            return
        told_of = self._told(batch["id"])
        shared.unsure -= told_of
        missing = references - told_of
        words = f"{batch['id']} has no decision for {len(missing)} rows" if missing else ""
        self._note_whole(due, Outcome.FAILED if missing else Outcome.GOOD, words)

    def _send(self, product: str, file: str, key: str, due: float | None) -> Came:
        return self.ask(
            SEND,
            "POST",
            f"{BATCHES}?product={product}",
            due=due,
            wanted=frozenset({202}),
            data=file.encode(),
            headers={
                **_authorized(self.workload.key),
                "Idempotency-Key": key,
                "Content-Type": "application/x-ndjson",
            },
        )

    def _is_over(self, batch: str) -> bool:
        until = self.workload.now() + SECONDS_FOR_A_BATCH
        while self.workload.now() < until:
            gevent.sleep(SECONDS_BETWEEN_LOOKS)
            came = self._get(LOOK, f"{BATCHES}/{batch}")
            if came.outcome is Outcome.GOOD and came.json["finished_at"]:
                return True
        return False

    def _told(self, batch: str) -> set[str]:
        """Read all results; note every decision and give its rows' references."""
        found: set[str] = set()
        cursor: str | None = ""
        while cursor is not None:
            place = f"{BATCHES}/{batch}/results" + (f"?cursor={cursor}" if cursor else "")
            came = self.insist(
                lambda _, place=place: self._get(RESULTS, place),  # type: ignore[misc]
                due=None,
            )
            if came.outcome is not Outcome.GOOD:
                break
            decisions = [row["decision"] for row in came.json["results"] if row["decision"]]
            self.workload.told_rows += [(each["reference"], each["id"]) for each in decisions]
            found |= {each["reference"] for each in decisions}
            cursor = came.json["next"]
        return found

    def _get(self, endpoint: str, path: str) -> Came:
        return self.ask(endpoint, "GET", path, headers=_authorized(self.workload.key))

    def _note_whole(self, due: float, outcome: Outcome, words: str) -> None:
        at = Attempt(WHOLE, due, due, self.workload.now(), outcome)
        self.workload.tally.note(at, words)


def line_of(row: Mapping[str, Any]) -> str:
    """Write an application as a file has it: all of its rows are for one product."""
    return json.dumps({name: row[name] for name in row if name != "product"}) + "\n"


def told(answer: Mapping[str, Any], *, by_second_key: bool = False) -> Told:
    """Keep of an answer what is compared with the database."""
    model = answer.get("model") or {}
    return Told(
        reference=answer["reference"],
        id=answer["id"],
        decided_at=answer.get("decided_at", ""),
        version=model.get("version"),
        bundle=model.get("bundle"),
        route=model.get("route", ""),
        by_second_key=by_second_key,
    )


def is_same_decision(acknowledged: Mapping[str, Any], read: Mapping[str, Any]) -> bool:
    """Compare what never changes; an officer may have decided in between."""
    lasting = ("id", "reference", "product", "recommendation", "pd", "score", "band", "reasons")
    return all(acknowledged.get(name) == read.get(name) for name in lasting)


def _authorized(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}
