"""What a recipe departs from its contract by, in the reader's words."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from frontend.templatetags.evenhand import figure, quantity
from scoring.contract import Contract


def words_of(recipe: Mapping[str, Any], contract: Contract) -> str:
    """Say a recipe in one line; the contract's own where nothing departs."""
    return "; ".join(_parts(recipe, contract)) or _("as the contract says")


def _parts(recipe: Mapping[str, Any], contract: Contract) -> Iterator[str]:
    labels = {each.name: each.label for each in contract.features}
    if left := recipe.get("leave_out"):
        names = ", ".join(labels.get(name, name) for name in left)
        yield _("without {names}").format(names=names)
    for name, way in recipe.get("directions", {}).items():
        words = (
            _("risk only rises with {name}") if way == "up" else _("risk only falls with {name}")
        )
        yield words.format(name=labels.get(name, name))
    if settings := recipe.get("settings"):
        said = [f"{_setting(name)} {quantity(value)}" for name, value in settings.items()]
        yield _("other settings: {settings}").format(settings=", ".join(said))
    if weighing := recipe.get("weighing"):
        yield _weighing(weighing, contract)


def _setting(name: str) -> str:
    return {
        "rounds": _("trees"),
        "max_depth": _("depth"),
        "learning_rate": _("learning rate"),
        "min_child_weight": _("least weight of a leaf"),
        "subsample": _("share of loans"),
        "colsample": _("share of columns"),
    }[name]


def _weighing(weighing: Mapping[str, Any], contract: Contract) -> str:
    attribute = next(each for each in contract.protected if each.name == weighing["attribute"])
    if weighing["way"] == "reweighing":
        return _("loans reweighed by {attribute} and outcome, strength {strength}").format(
            attribute=attribute.label, strength=figure(weighing["strength"], 1)
        )
    group = next(each for each in attribute.groups if each.value == weighing["group"])
    return _("loans weighed to approve {group} as often as all, multiplier {strength}").format(
        group=group.label, strength=figure(weighing["strength"], 2)
    )
