"""How a stage's ratios went over the months and the versions, and who became champion when."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from frontend import formats
from frontend.dossiers.blocks import Block, Points, Section, Table, Words, section, table
from frontend.dossiers.say import count, figure, in_figures
from frontend.fairness.words import verdict_words
from monitoring.fairness.queries import same_stage
from monitoring.fairness.views import FairnessView
from monitoring.gaps import trend
from monitoring.gaps.trend import Promotion


def over_time(report: FairnessView) -> Section | None:
    """Put a report beside those of the same stage and population that were made before it."""
    if not report.product_slug:
        return None
    found = same_stage(report)
    return section("trend", _("Over the months and the versions"), *_blocks(report, found))


def _blocks(report: FairnessView, found: list[FairnessView]) -> Iterator[Block]:
    if len(found) == 1:
        yield Words(text=_("This is the first report of its stage."))
    for attribute in report.attributes:
        if attribute.assessable:
            yield _table(attribute.name, attribute.label, found)
    yield from _promoted(report)


def _table(name: str, label: str, found: list[FairnessView]) -> Table:
    return table(
        _("{attribute}: reports of the same stage, the oldest first").format(attribute=label),
        (_("Report"), _("Group"), _("Verdict"), _("People"), "AIR", _("95% interval")),
        [
            (
                _which(each),
                group.label,
                verdict_words(group.verdict),
                count(group.n),
                figure(group.air, 2),
                in_figures({"low": group.air_low, "high": group.air_high}, 2),
            )
            for each in found
            for attribute in each.attributes
            if attribute.name == name
            for group in attribute.groups
            if not group.is_reference
        ],
        words=3,
    )


def _which(each: FairnessView) -> str:
    whom = each.model_name or _("all versions")
    if each.since is None or each.until is None:
        return whom
    days = _("{first} to before {last}").format(
        first=formats.day(each.since.date()), last=formats.day(each.until.date())
    )
    return f"{whom}, {days}"


def promotions_until(report: FairnessView) -> list[Promotion]:
    """List who became champion of a report's product, and when, until the report was made."""
    made_on = report.created_at.date()
    return [each for each in trend.promotions(report.product_slug) if each.on <= made_on]


def _promoted(report: FairnessView) -> Iterator[Block]:
    became = [
        _("{day}: {version} became champion").format(day=formats.day(each.on), version=each.version)
        for each in promotions_until(report)
    ]
    if became:
        yield Points(items=tuple(became))
