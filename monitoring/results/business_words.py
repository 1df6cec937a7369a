"""What the figures of a product's business are called, and what each counts."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from credit.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A figure in words."""

    label: Words
    meaning: Words


FIGURES: dict[str, Said] = {
    "approval_rate": Said(
        label=_("Approval rate"),
        meaning=_(
            "Approved, of all that was approved or declined. Offers that nobody took count as"
            " neither."
        ),
    ),
    "automatic_rate": Said(
        label=_("Decided without a person"),
        meaning=_("Of the applications that came."),
    ),
    "override_rate": Said(
        label=_("Overrides"),
        meaning=_("Officers\u2019 decisions against a recommendation, of those with one."),
    ),
    "take_up_rate": Said(
        label=_("Take-up of counter-offers"),
        meaning=_("Accepted, of those that were accepted, refused or lapsed."),
    ),
    "median_hours": Said(
        label=_("Time to decision, median"),
        meaning=_("From receipt to an officer\u2019s decision; automatic ones take no time."),
    ),
    "p90_hours": Said(
        label=_("Time to decision, nine in ten"),
        meaning=_("Nine of ten officers\u2019 decisions took no longer."),
    ),
    "waiting": Said(label=_("Waiting now"), meaning=_("Applications in the officers\u2019 queue.")),
    "what_if_rate": Said(
        label=_("What-if tried"),
        meaning=_("Officers\u2019 decisions on applications that somebody tried a what-if on."),
    ),
    "reasons_rate": Said(
        label=_("Reasons judged"),
        meaning=_(
            "Officers\u2019 decisions on applications of which a reason was called right or"
            " wrong. Who only read them leaves no trace."
        ),
    ),
    "helpful_rate": Said(
        label=_("Recommendation helped"),
        meaning=_("Thumbs up, of officers\u2019 thumbs."),
    ),
    "taken_up_rate": Said(
        label=_("Taken up, at least"),
        meaning=_(
            "Approved loans whose outcome has matured, of all approved, by the month of the"
            " application. Who has an outcome took the loan; of the others nobody reports it."
        ),
    ),
    "bad_rate": Said(
        label=_("Bad rate"),
        meaning=_("Of approved loans whose outcome has matured, by the month of the application."),
    ),
    "expected_profit": Said(
        label=_("Expected profit"),
        meaning=_(
            "Of what was approved, by its PDs and the contract\u2019s economics, as a"
            " share of the amount; reviews not taken off."
        ),
    ),
    "realised_profit": Said(
        label=_("Realised profit"),
        meaning=_(
            "Of matured loans, by the contract\u2019s economics, as a share of the amount,"
            " by the month of the application."
        ),
    ),
}
BY_DAY = (
    *("approval_rate", "automatic_rate", "override_rate", "median_hours", "p90_hours"),
    *("take_up_rate", "expected_profit", "helpful_rate", "what_if_rate", "reasons_rate"),
)
BY_VINTAGE = ("taken_up_rate", "bad_rate", "realised_profit")


def label_of(name: str) -> str:
    """Name a figure."""
    return str(FIGURES[name].label)
