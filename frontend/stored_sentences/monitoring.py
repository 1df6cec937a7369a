"""What is said of the service, of drift, and by alerts."""

from django.utils.translation import gettext_noop as _

WORDS = (
    # Of the service.
    _(
        "{bad} of {n} requests did not keep the promise within {hours} h: {rate} times the rate"
        " that uses the budget up in just its days, and {short} times in the last {minutes} minutes"
        " (alarm above {fastest})."
    ),
    _(
        "{task} failed {n} times within {hours} h and did not succeed once. What it counts, checks"
        " or sends stands still."
    ),
    _(
        "{n} wait; at this hour of the last {days} days it was {middle} in the middle (alarm above"
        " {bound})."
    ),
    _(
        "No sign of life of the scheduled worker for {minutes} minutes or more: {last}. Nothing is"
        " sealed, trained, delivered or checked meanwhile."
    ),
    # Of a figure of business, and its target.
    _("{product}: {figure}: nothing to judge in {period}."),
    _(
        "{product}: {figure}: {value} ({low} to {high}, n = {n}), {first} to {last}; the target is"
        " {wanted}, give or take {tolerance}, {when}."
    ),
    _(
        "{product}: {figure}: {value} ({low} to {high}, n = {n}), {period}; the target is {wanted},"
        " give or take {tolerance}, {when}."
    ),
    _("{number} hours"),
    _("set before go-live on {day}"),
    _("set after go-live on {day}"),
    # Of a champion's performance.
    _(
        "{product}: AUC {auc} ({low} to {high}, {level} interval) among {n} matured loans ({bads}"
        " bad) of {first} to {last}, of {share} of those approved; their PDs promise {promised}."
    ),
    _(
        "{product}: AUC {auc} ({low} to {high}, {level} interval) among {n} matured loans ({bads}"
        " bad) of {month}, of {share} of those approved; their PDs promise {promised}."
    ),
    _(
        "{product}: {rate} bad among {n} matured loans ({bads} bad) of {first} to {last}, of"
        " {share} of those approved; {promised} were predicted. That is {times} times as many"
        " ({low} to {high}, {level} interval)."
    ),
    _(
        "{product}: {rate} bad among {n} matured loans ({bads} bad) of {month}, of {share} of those"
        " approved; {promised} were predicted. That is {times} times as many ({low} to {high},"
        " {level} interval)."
    ),
    # Of drift.
    _("No change that chance does not explain: index {index}, chance stays below {limit}."),
    _("A clear change, but a small one: index {index}, chance stays below {limit}."),
    _("Some change, to be watched: index {index}, chance stays below {limit}."),
    _("A large change: index {index}, chance stays below {limit}."),
    _("Too few to say: {n} applications in bins that need more."),
    _("{feature}: about {times} times smaller since {day}; {maybe}."),
    _("{feature}: about {times} times larger since {day}; {maybe}."),
    _("{feature}: about {times} times smaller; {maybe}."),
    _("{feature}: about {times} times larger; {maybe}."),
    _("it may be sent in thousands"),
    _("it may no longer be sent in thousands"),
    _("it may be sent in hundreds, or no longer in cents or per cent"),
    _("it may be sent in cents or per cent"),
    _("it may be sent by the month in place of the year, or in years in place of months"),
    _("it may be sent by the year in place of the month, or in months in place of years"),
    _("a decimal place may have been lost"),
    _("{feature}: not stated in {now}; it was {then} when {model} learned."),
    _("{feature}: {share} now are {values}, which {model} never saw."),
    _(
        "The score has moved from what {model} learned from: index {index}, chance stays below"
        " {limit}; {n} applications, {first} to {last}. The largest shifts: {features}."
    ),
    _(
        "Applicants are no longer as {model} knew them: {features}; {n} applications, {first} to"
        " {last}."
    ),
    _("Nothing of the kind in {n} applications, {first} to {last}."),
    _("From {partner}: {said}"),
    _("{said} The same of: {features}."),
    _("{said} Seen in {n} applications, {first} to {last}."),
    # Of officers beside their peers.
    _(
        "Of {asked} officers with enough decisions, {differ} approve some protected group otherwise"
        " than their peers do, within recommendation and score band; twelve months until {until}."
    ),
    _(
        "Of {asked} officers with enough outcomes, {differ} approve loans against the"
        " recommendation that turn out worse than those of their peers, within score band and"
        " amount; twelve months until {until}."
    ),
    # Of a model that could not score.
    _("{product} has no champion yet."),
    _("A person stopped the models of {product}."),
    _("{model} took too long; left alone till {until}"),
    _("The bundle {file} is gone."),
    _("The bundle {file}: {why}"),
    _("{version} has no fallback scorecard."),
    _("{version} in shadow: {why}"),
    # Of an alert.
    _("{trouble}. Answers are not affected."),
    _("canary halted"),
    _(
        "The canary {version} halted itself: {why}. What it failed with is another alert of this"
        " product: {others}."
    ),
    _("The canary {version} halted itself: {why}."),
    _(
        "it could not score {share} of its applications ({low} to {high}), and may {most}"
        " ({n} seen)"
    ),
    _(
        "it was too slow for {share} of its applications ({low} to {high}), and may {most}"
        " ({n} seen)"
    ),
    _(
        "its share of approvals is {gap} points from the champion's ({low} to {high}), and may be"
        " {most} either way ({n} seen)"
    ),
    _(
        "bad loans among its own are {times} times as many as expected ({low} to {high}), and may"
        " be {most} times ({n} seen)"
    ),
    _("any number"),
    _("the last was on {day} at {time} UTC"),
    _("there never was one"),
    _("{version} is the champion"),
    _("{version} is the champion."),
    _("{version} is retired"),
    _("the canary was taken back"),
    _("rolled back to {version}"),
    _("replaced by {version}"),
    _("These keys expire within {days} days: {keys}."),
    _("The webhook of {partner} at {host} was disabled: {why}."),
    _("it says that it is gone"),
)
