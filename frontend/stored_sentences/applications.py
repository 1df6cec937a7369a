"""What is said of an application, and of a value that was typed in."""

from django.utils.translation import gettext_noop as _

WORDS = (
    # Of an application.
    _("The bootstrap models could not be asked; a person decides."),
    _("Drawn by chance to learn from: policy alone would decline it. A person decides."),
    _("Entered or corrected by hand; a person decides."),
    _("models disagree: {agreeing} of {models} {recommendation}"),
    _("unlike the training data: {features}"),
    _("{failures}; a person decides."),
    _("{failures}; the champion before did."),
    _("{failures}; the fallback scorecard did."),
    _("{before}, the champion before could not score ({why}: {cause})"),
    _("{before}, the fallback scorecard could not score ({why}: {cause})"),
    _("The champion could not score ({why}: {cause})"),
    _("The canary could not score ({why}: {cause})"),
    _("{before}, the champion could not score ({why}: {cause})"),
    _("{failures}; the champion did."),
    _("there is no champion"),
    _("a person stopped it"),
    _("its file is gone"),
    _("its file is not the registered one"),
    _("it failed"),
    _("it took too long"),
    _("it took too long a moment ago"),
    _("it asks for other data"),
    _("it has none"),
    _("it is not one of the contract"),
    _("approve"),
    _("refer"),
    _("decline"),
    _("nothing the applicant can change within the product's bounds reaches approval"),
    _("the search was too large"),
    _("This release does not say where its splits are."),
    _("The application is approved as it is."),
    # Of a value that was typed in.
    _("must be {low} to {high} {unit}"),
    _("must be {low} to {high}"),
    _("is {value}, and /{field} is {other}: they must be the same"),
    _("nothing arrived in 3 days"),
)
