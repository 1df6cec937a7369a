"""What a search tries, in a fixed order: the families take turns, so any beginning has of each."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, count, islice

import numpy as np

from scoring.candidates.recipes import Recipe, Way, Weighing
from scoring.contract import Contract, Direction, Feature
from scoring.training.fair_gap import Part
from scoring.training.search import CHILDREN, DEPTHS, RATES, SHARES

STRENGTHS = (1.0, 0.5, 2.0)  # of reweighing
MULTIPLIERS = (0.2, 0.1, 0.4, 0.05, 0.3)  # of a reduction
MOST_LEFT_OUT = 3  # together
Family = Iterator[Recipe]


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """Whom the search is for: the group that was approved least often, beside its reference."""

    attribute: str
    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What the tries are made from: all of it of the search's own part of the loans."""

    contract: Contract
    base: Recipe
    aim: Aim
    parts: Sequence[Part]  # of the gap, what widens it most first
    rises: dict[str, bool]  # whether risk rises with a feature that has an order
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """A recipe, and of which family it is."""

    family: str
    recipe: Recipe


def tries(ground: Ground, *, at_most: int) -> list[Try]:
    """Give the first so many; of more, those are the beginning."""
    return list(islice(_in_turn(ground), at_most))


def _in_turn(ground: Ground) -> Iterator[Try]:
    """Take one of each family after the other, none twice, until all are used up."""
    families = {name: made(ground) for name, made in FAMILIES.items()}
    seen = {ground.base}
    while families:
        for name in list(families):
            recipe = next((each for each in families[name] if each not in seen), None)
            if recipe is None:
                del families[name]
                continue
            seen.add(recipe)
            yield Try(family=name, recipe=recipe)


def _features(ground: Ground) -> Family:
    """Leave out what makes the gap: one by one, then two and three of the worst together."""
    names = [part.feature for part in ground.parts if part.gap > 0]
    names = [name for name in names if name not in ground.base.leave_out]
    room = len(ground.contract.features) - len(ground.base.leave_out) - 1
    yield from (_without(ground, (name,)) for name in names[:MOST_LEFT_OUT] if room)
    for size in range(2, min(MOST_LEFT_OUT, room) + 1):
        yield from (_without(ground, each) for each in combinations(names[:4], size))
    yield from (_without(ground, (name,)) for name in names[MOST_LEFT_OUT:] if room)


def _without(ground: Ground, names: Sequence[str]) -> Recipe:
    return replace(ground.base, leave_out=tuple(sorted({*ground.base.leave_out, *names})))


def _directions(ground: Ground) -> Family:
    """Let risk move one way only, as it does on the whole, with what has an order and no way."""
    free = [name for name in _ordered_by_gap(ground) if name in ground.rises]
    held = [(name, "up" if ground.rises[name] else "down") for name in free]
    yield from (_held(ground, [each]) for each in held)
    yield from (_held(ground, held[:size]) for size in range(2, len(held) + 1))


def _ordered_by_gap(ground: Ground) -> list[str]:
    kept = set(ground.base.leave_out) | set(dict(ground.base.directions))
    free = {each.name for each in ground.contract.features if _is_free(each)} - kept
    return [part.feature for part in ground.parts if part.feature in free]


def _is_free(feature: Feature) -> bool:
    return feature.direction is Direction.NONE


def _held(ground: Ground, held: Sequence[tuple[str, str]]) -> Recipe:
    return replace(ground.base, directions=tuple(sorted({*ground.base.directions, *held})))


def _settings(ground: Ground) -> Family:
    """Draw settings of the trees; with a smaller rate they become more."""
    rng, own = np.random.default_rng(ground.seed), ground.base.training(ground.contract)
    for _ in range(len(DEPTHS) * len(CHILDREN) * len(RATES)):
        rate = float(rng.choice(RATES))
        rounds = min(2_000, max(10, round(own.rounds * own.learning_rate / rate)))
        drawn = {
            "max_depth": int(rng.choice(DEPTHS)),
            "min_child_weight": float(rng.choice(CHILDREN)),
            "learning_rate": rate,
            "rounds": rounds,
            "subsample": float(rng.choice(SHARES)),
            "colsample": float(rng.choice(SHARES)),
        }
        yield replace(ground.base, settings=tuple(sorted(drawn.items())))


def _weights(ground: Ground) -> Family:
    for strength in STRENGTHS:
        weighing = Weighing(
            way=Way.REWEIGHING, attribute=ground.aim.attribute, strength=strength, group=None
        )
        yield replace(ground.base, weighing=weighing)


def _reductions(ground: Ground) -> Family:
    for strength in MULTIPLIERS:
        weighing = Weighing(
            way=Way.REDUCTION,
            attribute=ground.aim.attribute,
            strength=strength,
            group=ground.aim.group,
        )
        yield replace(ground.base, weighing=weighing)


def _together(ground: Ground) -> Family:
    """Leave something out and weigh by group as well."""
    without = list(_features(ground))
    weighing = [*_weights(ground), *_reductions(ground)]
    for number in count():
        if not without or number >= len(without) * len(weighing):
            return
        at, other = number % len(without), (number + number // len(without)) % len(weighing)
        yield replace(without[at], weighing=weighing[other].weighing)


FAMILIES: dict[str, Callable[[Ground], Family]] = {
    "features": _features,
    "reductions": _reductions,
    "directions": _directions,
    "weights": _weights,
    "settings": _settings,
    "together": _together,
}
