"""Why a report does not tell what it could: in words, stored with it. For people to read later."""

from monitoring.fairness.earlier import Earlier

_FIGURES = "No figures of this attribute"
_OUTCOMES = "No outcomes of this attribute"
_STRATA = "No figures of this attribute by {within}"
_PAIR = "No figures of these two at once"
_BESIDE = (
    "{what}: beside those of {report} they would tell of fewer than {least} people. Ask for the"
    " same months and versions as that report, for months that are apart from it, or for each month"
    " alone."
)
_CHANGED = (
    "{what}: what {report} told can no longer be counted, since some of it was changed or erased."
    " Ask for months that are apart from it."
)


def figures(beside: Earlier, *, least: int) -> str:
    """Say why nothing is told of an attribute."""
    return _told(_FIGURES, beside, least)


def outcomes(beside: Earlier, *, least: int) -> str:
    """Say why nothing is told of what became of the loans."""
    return _told(_OUTCOMES, beside, least)


def strata(beside: Earlier, *, least: int, within: str) -> str:
    """Say why the strata are not told one by one."""
    return _told(_STRATA.format(within=within), beside, least)


def pair(beside: Earlier, *, least: int) -> str:
    """Say why nothing is told of two attributes at once."""
    return _told(_PAIR, beside, least)


def changed(report: Earlier, *, is_pair: bool = False) -> str:
    """Say that a report of before is no longer to be compared with."""
    return _CHANGED.format(what=_PAIR if is_pair else _FIGURES, report=_named(report))


def _told(what: str, beside: Earlier, least: int) -> str:
    return _BESIDE.format(what=what, report=_named(beside), least=least)


def _named(report: Earlier) -> str:
    if report.id:
        return f"report {report.id} ({report.of}, {report.period})"
    return f"the gaps of {report.period} ({report.of})"
