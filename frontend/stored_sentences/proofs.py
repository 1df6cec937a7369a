"""What is said of notices and of an audit trail that could not be proved."""

from django.utils.translation import gettext_noop as _

WORDS = (
    # Of a notice that could not be proved.
    _("It cannot be written: {why}."),
    _("It cannot be proved: {why}."),
    _("no law pack of {places} has the words of {kind}"),
    _("no law pack is in force for {place} on {day}"),
    _("no law pack of {places} says how many reasons"),
    _("this release does not say what is usual among approved applicants"),
    _("what this release calls usual is no value of {feature}"),
    _("The contract does not say who the creditor is ([notices] creditor, address)."),
    _("What the applicant should send is not stated."),
    _("It asks for more than {n} things."),
    _("Policy did not decline this by itself."),
    _(
        "No single detail that took points improves the probability by {least} or more when it"
        " alone is as usual."
    ),
    _("“{text}”: the contract calls it a proxy."),
    _("“{text}”: it is protected."),
    _(
        "The officer decided for a reason of their own, and it is not stated in words that an"
        " applicant can be told."
    ),
    _("More than {n} reasons."),
    _("“{text}” is too short to be a specific reason."),
    _("“{text}” is no specific reason."),
    _("“{text}” may not be a reason."),
    _("The terms that are offered are not recorded."),
    _("A change that it names would not be approved."),
    _("A bureau's score was used, and its key factors are not among the details."),
    _("The audit trail knows nothing of this decision."),
    _("The model that scored it failed when asked again."),
    _("The model that scored it cannot be loaded ({cause})."),
    _("The scorecard that scored it cannot be used."),
    _("No model scored it, so no model has a reason."),
    _("The bundle is not at hand."),
    _(
        "The letter cannot be set as an accessible PDF: most likely a name or word is written in"
        " characters that the fonts of the product do not have."
    ),
    _("The decision does not replay: {difference}"),
    # Of the audit trail.
    _("The dropped month {month} does not fit its seals."),
    _("Seal {number} is gone: seal {other} stands in its place."),
    _("Seal {number} is gone, and events say that they are under it."),
    _("Seal {number} does not follow the seal before it."),
    _("Seal {number} was changed."),
    _("Event {event} ({what}), not sealed yet, was changed."),
    _("Event {event} ({what}) was changed."),
    _("Seal {number} covers {events} events, of which {n} are there."),
    _("Seal {number} does not fit the events under it."),
    _("Seal {number} was noted as the head, and the trail ends before it: it was cut."),
    _("Seal {number} is not the one that was noted: the trail was written anew."),
)
