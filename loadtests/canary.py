"""A candidate walks into service under load: shadow, canary, champion."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from scenarios import SLUG, Scenario, change_policy

SHARE = 0.25
# How many a canary scored is counted by the minute: of half a minute nothing is known yet.
STEPS = {
    "policy.promotion.canary_share": str(SHARE),
    "policy.promotion.shadow_decisions": "20",
    "policy.promotion.canary_decisions": "",
}
_CANDIDATE = "SELECT number FROM credit_modelversion WHERE stage = 'candidate'"
_CANARY = """
SELECT application.reference FROM credit_score score
JOIN credit_application application ON application.id = score.application_id
WHERE application.reference LIKE %s AND score.route = 'canary'
    AND (application.received_at < %s OR application.received_at > %s)
"""
_SHADOWED = "SELECT count(*) FROM credit_shadowscore"
_NOTICED = timedelta(seconds=1)


@dataclass(slots=True, kw_only=True, repr=False)
class Walk(Scenario):
    """An approved promotion takes its steps, each at a validator's word, as an operator does."""

    candidate: str = ""  # as answers name it
    canary_from: datetime | None = None
    canary_until: datetime | None = None  # it is champion then
    sure_from: datetime | None = None  # a step takes seconds: between these it surely was one
    sure_until: datetime | None = None

    def prepare(self) -> None:
        """Let the policy ask for shorter steps, train a candidate, have its promotion approved."""
        stack = self.looked_into()
        developer, validator = stack.user("model_developer"), stack.user("model_validator")
        change_policy(stack, STEPS, why="A canary is to be tried.")
        stack.manage("train", SLUG, "--by", developer)
        self.candidate = f"{SLUG}/{stack.rows(_CANDIDATE)[0][0]}"
        words = "Walked under load."
        stack.manage("request_promotion", self.candidate, "--by", developer, "--why", words)
        stack.manage("approve_promotion", self.candidate, "--by", validator, "--words", words)

    def steps(self) -> Iterator[tuple[float, Callable[[], None]]]:
        """Let it score beside the champion, then a share in its place, then everything."""
        yield 0.1 * self.seconds, lambda: self._step("shadow")
        yield 0.35 * self.seconds, lambda: self._step("canary")
        yield 0.75 * self.seconds, lambda: self._step("champion")

    def conclude(self) -> None:
        """See that it scored what it was let score, and nothing else."""
        stack, like = self.looked_into(), f"load-{self.workload.run}-%"
        shadowed = stack.rows(_SHADOWED)[0][0]
        self.statements["it scored in shadow"] = [] if shadowed else ["nothing was scored"]
        if not (self.canary_from and self.canary_until and self.sure_from and self.sure_until):
            self.statements["it walked to the end"] = ["it never became champion"]
            return
        outside = stack.rows(_CANARY, like, self.canary_from, self.canary_until + _NOTICED)
        self.statements["it answered as a canary only while it was one"] = [
            row[0] for row in outside
        ]
        self.statements[f"as a canary it answered about {SHARE:.0%}"] = self._share(
            since=self.sure_from + _NOTICED, until=self.sure_until
        )
        last = max(self.workload.told, key=lambda each: each.decided_at)
        ended = [] if last.version == self.candidate else [f"{last.version} answered last"]
        self.statements["it answered everything in the end"] = ended

    def _share(self, *, since: datetime, until: datetime) -> list[str]:
        """Name the share where it is further from the asked one than chance takes it."""
        within = [
            each
            for each in self.workload.told
            if since < datetime.fromisoformat(each.decided_at) < until
        ]
        n = len(within)
        if not n:
            return ["nothing was decided meanwhile"]
        share = sum(each.version == self.candidate for each in within) / n
        four_errors = 4 * (SHARE * (1 - SHARE) / n) ** 0.5
        return [] if abs(share - SHARE) <= four_errors else [f"{share:.1%} of {n}"]

    def _step(self, stage: str) -> None:
        stack = self.looked_into()
        before = datetime.now(UTC)
        moved = stack.manage(
            *("take_step", self.candidate, "--by", stack.user("model_validator")),
            *("--note", "Walked under load."),
        )
        self.mark(f"{self.candidate} is {moved['stage']}")
        if moved["stage"] != stage:
            self.workload.wrong.append(f"{self.candidate} should be {stage}: {moved}")
        elif stage == "canary":
            self.canary_from, self.sure_from = before, datetime.now(UTC)
        elif stage == "champion":
            self.sure_until, self.canary_until = before, datetime.now(UTC)
