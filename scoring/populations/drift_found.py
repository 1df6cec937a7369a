"""What looks at everything and at each partner come to: each anomaly is found once.

What is wrong with the data of a partner is told of that partner. Applicants that have changed are
told of the product, or of the partner whose applicants they are. A feature whose data are wrong
explains what it does to its own index and to the score, so that neither is told again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scoring.populations.drift_look import OF_DATA, Cause, FeatureLook, Look

EVERYTHING = ""
FEWEST = 100  # applications; fewer of a segment say nothing about who applies
FEWEST_OF_DATA = 30  # fewer say nothing about what is sent
MOVED = {"some", "large"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """The looks at one segment."""

    recent: Look  # the shortest time that has enough rows: for what is wrong with data
    lately: Look  # long enough to know who applies
    # A partner's also beside its own earlier days, where those have enough rows: its applicants
    # may always have differed from the others', and that is no news.
    before: Look | None = None
    recent_before: Look | None = None
    rest: Look | None = None  # everything but this segment, lately
    is_everything: bool = False

    def data(self, cause: Cause) -> list[FeatureLook]:
        """Give the features whose data are wrong in this way."""
        found = self.recent.caused_by(cause)
        if cause != "missing_rate" or self.recent_before is None:
            return found
        news = {each.feature.name for each in self.recent_before.features if each.missing.has_moved}
        return [each for each in found if each.feature.name in news]

    def drifted(self, *, but: frozenset[str]) -> list[FeatureLook]:
        """Give the features whose applicants have changed."""
        moved = self.lately.caused_by("feature_drift")
        return [each for each in moved if each.feature.name not in but and self._is_news(each)]

    @property
    def is_judged(self) -> bool:
        """Whether there are enough rows to say who applies, and of a partner who did before."""
        return self.lately.n >= FEWEST and (self.is_everything or self.before is not None)

    def _is_news(self, look: FeatureLook) -> bool:
        if self.before is None:
            return True
        own = next(each for each in self.before.features if each.feature == look.feature)
        return own.index.level in MOVED

    def score_has_moved(self, *, but: frozenset[str]) -> bool:
        """Whether the score has, by more than features whose data are wrong explain."""
        if self.lately.level != "large" or self.lately.is_explained_by(but):
            return False
        return self.before is None or self.before.level in MOVED


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One result of one check; `features` are those that it is about, the worst first."""

    cause: str
    segment: str
    is_bad: bool
    features: tuple[FeatureLook, ...] = ()


def found(segments: Mapping[str, Segment]) -> list[Found]:
    """Say of each cause and segment whether something is wrong; of too few rows nothing is said.

    Parameters
    ----------
    segments : mapping
        "" is everything, the others partners that have enough rows.
    """
    told: list[Found] = []
    for cause in OF_DATA:
        hits = {
            name: tuple(segment.data(cause))
            for name, segment in segments.items()
            if segment.recent.n >= FEWEST_OF_DATA
        }
        told += _told(cause, hits, narrow=_narrow(hits))
    return told + _drift(segments, told)


def _drift(segments: Mapping[str, Segment], told: Sequence[Found]) -> list[Found]:
    bad = [each for each in told if each.is_bad]
    wrong = frozenset(look.feature.name for each in bad for look in each.features)
    here = {name: wrong if name == EVERYTHING else _wrong_in(name, bad) for name in segments}
    scores = {
        name: tuple(each.lately.worst_first[:3]) if each.score_has_moved(but=here[name]) else ()
        for name, each in segments.items()
        if each.is_judged and each.lately.level != "too few"
    }
    features = {
        name: tuple(each.drifted(but=here[name]))
        for name, each in segments.items()
        if each.is_judged
    }
    moved = _told("score_drift", scores, narrow=_explains(segments, scores, wrong))
    headlines = {each.segment for each in moved if each.is_bad}
    also = _told("feature_drift", features, narrow=_explains(segments, features, wrong))
    if headlines:  # the score says it, and names the features: its own, or everybody's
        covered = set(segments) if EVERYTHING in headlines else headlines | {EVERYTHING}
        also = [each for each in also if not (each.is_bad and each.segment in covered)]
    return [*moved, *also]


def _wrong_in(segment: str, bad: Sequence[Found]) -> frozenset[str]:
    """Name the features whose data are wrong in a segment, or everywhere."""
    told = [each for each in bad if each.segment in {EVERYTHING, segment}]
    return frozenset(look.feature.name for each in told for look in each.features)


def _told(cause: str, hits: Mapping[str, tuple[FeatureLook, ...]], *, narrow: bool) -> list[Found]:
    """Tell it of partners, or of everything, never of both."""
    return [
        Found(
            cause=cause,
            segment=name,
            is_bad=bool(looks) and (name != EVERYTHING) == narrow,
            features=looks,
        )
        for name, looks in hits.items()
    ]


def _narrow(hits: Mapping[str, tuple[FeatureLook, ...]]) -> bool:
    """Whether it is a matter of partners: of some of them, or of the only one."""
    partners = [name for name in hits if name != EVERYTHING]
    bad = [name for name in partners if hits[name]]
    return bool(bad) and (len(bad) < len(partners) or len(partners) == 1)


def _explains(
    segments: Mapping[str, Segment],
    hits: Mapping[str, tuple[FeatureLook, ...]],
    wrong: frozenset[str],
) -> bool:
    """Whether partners account for it: then what is left without them has not moved."""
    if not _narrow(hits):
        return False
    if not hits.get(EVERYTHING):
        return True
    bad = [segments[name] for name in hits if name != EVERYTHING and hits[name]]
    rests = [each.rest for each in bad if each.rest is not None and each.rest.n >= FEWEST]
    return all(
        rest.level != "large"
        and not [look for look in rest.caused_by("feature_drift") if look.feature.name not in wrong]
        for rest in rests
    )
