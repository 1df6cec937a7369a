"""What is said of files of past loans, and by the time machine that replays them."""

from django.utils.translation import gettext_noop as _

WORDS = (
    # Of the time machine.
    _("managed loop"),
    _("first model left alone"),
    _("retrained on immature labels"),
    _("population"),
    _("early losses"),
    _("drift population"),
    _("drift early losses"),
    _("drift calibration"),
    _("own signature"),
    _("training"),
    _("promotion"),
    _("The product's first model."),
    _("The yearly training."),
    _(
        "PSI of the score {psi} over {n} applications (alarm above {bound}); the largest shifts of"
        " features: {features}."
    ),
    _(
        "{share} of {n} loans failed within two years (95 % interval {low} to {high}); of the loans"
        " before it was {before} of {m}."
    ),
    _(
        "{predicted} were predicted bad and {share} of {n} loans with matured outcomes were (95 %"
        " interval {low} to {high})."
    ),
    _("Its blocking gates passed; there is no champion yet."),
    _(
        "Its blocking gates passed. Only {bads} of {n} newly matured loans are bad, too few to"
        " compare: at least {least} are needed."
    ),
    _(
        "Over {n} loans that matured since the champion's snapshot ({bads} bad) its log loss is"
        " {own}, the champion's {other}."
    ),
    _(
        "The file holds only loans that were granted. Through the door here means those: of firms"
        " that were turned away in truth nothing is known, and the report says nothing about them."
    ),
    _(
        "The product itself learns outcomes only of loans that it approved (selective labels): its"
        " contract has no exploration lane. What became of those that it declined is used in the"
        " comparison of strategies and nowhere else."
    ),
    _(
        "A loss becomes known on the day of its charge-off. A loan without one counts as good once"
        " its performance window has ended, and is corrected where it is charged off later."
    ),
    _(
        "The day of approval stands for the day of application. Officers, signatures and promotions"
        " are synthetic, of accounts that cannot sign in."
    ),
    _("No notices are sent for what the run declines."),
    _(
        "Made-up officers follow {approves} of the recommendations to approve and {declines} of"
        " those to decline, approve {referred} of what is referred, and take up to {days} days."
        " Who deviates is drawn from the seed and the loan's id: they know nothing that the model"
        " does not."
    ),
    # Of a file of past loans.
    _("Only {n} bad loans: training needs at least {least}."),
    _("Only {n} good loans: training needs at least {least}."),
    _("Only {n} bad loans: every figure by feature is uncertain."),
    _("{n} row is the same as another in everything but the id."),
    _("{n} rows are the same as another in everything but the id."),
    _(
        "{attribute}: {unnamed} of {n} rows are in no group of the contract, and fairness cannot be"
        " told of them."
    ),
    _("{feature}: holds one value only, and tells nothing."),
    _("{feature}: is missing in {share} of the rows."),
    _("{feature}: holds the same in {share} of the rows."),
    _(
        "{feature}: tells good from bad very well (information value {value}); make sure that it"
        " is known when the application is decided."
    ),
    _("{feature}: never is {values}."),
    _("{feature}: hardly ever is {values} (fewer than {n} rows each)."),
    _(
        "{feature}: large change since the ingestion before (index {index}, {before} and {now}"
        " rows)."
    ),
    _(
        "{feature}: some change since the ingestion before (index {index}, {before} and {now}"
        " rows)."
    ),
)
