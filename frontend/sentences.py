"""Sentences that were stored in English, said in the reader's language.

What a model, a gate or a report said is evidence: it is kept as it was written, by workers that
speak to nobody, and it is part of the API's answers. A page shows it in its reader's language
where the sentence is one of these; a word of the lender's own contract stays as it is.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_noop as _

from frontend import formats

WORDS = (
    # Steps of a training, gates, sources of labels, causes of alerts.
    _("Starting"),
    _("Done"),
    _("Taking a snapshot of the loans"),
    _("Measuring fairness"),
    _("Resampling: model {n} of {all}"),
    _("Validating: model {n} of {all}"),
    _("Searching: setting {n} of {all}"),
    _("Fitting on all loans"),
    _("Comparing the graph with the model"),
    _("Fitting the fallback scorecard"),
    _("Writing the graph and its reasons"),
    _("Checking the bundle as the web server will"),
    _("discrimination"),
    _("calibration"),
    _("stability"),
    _("out of time"),
    _("parity"),
    _("reasons"),
    _("fallback scorecard"),
    _("latency"),
    _("fairness"),
    _("Fisher's exact test"),
    _("z test"),
    _("no champion"),
    _("bundle missing"),
    _("bundle refused"),
    _("engine failed"),
    _("timed out"),
    _("set aside"),
    _("other contract"),
    _("no scorecard"),
    _("scorecard refused"),
    _("bootstrap failed"),
    _("bootstrap timed out"),
    _("keys expire"),
    _("webhook disabled"),
    _("error budget burns"),
    _("queue grows"),
    _("worker silent"),
    _("matured outcome"),
    _("inferred for a reject"),
    _("ingested"),
    _("corrected outcome"),
    _("officers decision"),
    _("data is wrong"),
    _("not known"),
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
    # Of a gate.
    _("AUC {auc} over {folds} folds of {rows} rows; the lower end must be {least} or more"),
    _(
        "slope {slope}, which must be {low} to {high}; calibration error {error}, which may be"
        " {most}; {rows} rows"
    ),
    _(
        "the AUC of {folds} folds varies by {sd} (standard deviation); folds of this size vary by"
        " {expected} by chance, and may by twice that"
    ),
    _(
        "the AUC of {folds} folds varies by {sd} (standard deviation); folds of this size vary by"
        " {expected} by chance, and may by {times} times that"
    ),
    _(
        "AUC {auc} on the {n} newest loans ({bads} bad), {fall} below the cross-validated {mean};"
        " it should be {most} below at most"
    ),
    _(
        "over {rows} rows the graph is within {pd} of XGBoost's PD and, relative to its size,"
        " {margin} of its margin"
    ),
    _(
        "every feature's share is within {worst} log-odds of two other ways to it, and base points"
        " plus shares within {sum} of the score, relative to its size"
    ),
    _("no scorecard could be fitted: no feature tells anything by itself"),
    _("AUC {auc}, {gap} behind the model on the same {folds} folds; it should be {most} at most"),
    _(
        "one application with all reasons takes {n} µs (median, this machine, now); it should take"
        " {most} µs at most"
    ),
    _("{mean} (95 % interval {low} to {high})"),
    # Of the service.
    _(
        "{bad} of {n} requests did not keep the promise within {hours} h: {rate} times the rate"
        " that uses the budget up in just its days, and {short} times in the last {minutes} minutes"
        " (alarm above {fastest})."
    ),
    _(
        "{n} wait; at this hour of the last {days} days it was {middle} in the middle (alarm above"
        " {bound})."
    ),
    _(
        "No sign of life of the scheduled worker for {minutes} minutes or more: {last}. Nothing is"
        " sealed, trained, delivered or checked meanwhile."
    ),
    # Of a search for fairer alternatives.
    _("The contract has no protected attribute that can be assessed."),
    _(
        "Insufficient evidence: too few good or bad loans to search on one part of them and measure"
        " on another."
    ),
    _(
        "Insufficient evidence: no group is large enough beside its reference, or nobody of the"
        " reference is approved."
    ),
    # Of a fairness report.
    _("Reference group: the others are compared with it."),
    _("Insufficient evidence: {group} has 1 person, and at least {least} are needed."),
    _("Insufficient evidence: {group} has {n} people, and at least {least} are needed."),
    _("Insufficient evidence: nobody in {group} is approved, so there is no ratio."),
    _("Insufficient evidence: nobody in {group} is {deed}, so there is no ratio."),
    _("Insufficient evidence: {group} has 0 people, and at least {least} are needed."),
    _("Insufficient evidence: {group} has fewer than {least} people."),
    _("Insufficient evidence: withheld, for with it a smaller group could be worked out."),
    _("Within bounds; figures withheld, as they would tell a smaller group\u2019s."),
    _("Outside bounds; figures withheld, as they would tell a smaller group\u2019s."),
    _("Insufficient evidence: nowhere are there people of this group and of {group}."),
    _("in the file of past loans"),
    _("sent with the application"),
    _("lent to against the recommendation"),
    _("granted what was asked for"),
    _("declined against the recommendation"),
    _("Cochran-Mantel-Haenszel test"),
    _("Within bounds: {rest}"),
    _("Outside bounds: {rest}"),
    _("Insufficient evidence: {rest}"),
    _(
        "approved {times} times as often as {group} (95 % interval {low} to {high}); the whole"
        " interval is at or above {bound}."
    ),
    _(
        "approved {times} times as often as {group} (95 % interval {low} to {high}), which is"
        " below {bound}, and the gap is unlikely to be chance ({p}, {test})."
    ),
    _(
        "approved {times} times as often as {group} (95 % interval {low} to {high}); too uncertain"
        " to say on which side of {bound} it lies."
    ),
    _(
        "{others} is declined against the recommendation {times} times as often as {group} (95 %"
        " interval {low} to {high}); the whole interval is at or above {bound}."
    ),
    _(
        "{others} is declined against the recommendation {times} times as often as {group} (95 %"
        " interval {low} to {high}), which is below {bound}, and the gap is unlikely to be chance"
        " ({p}, {test})."
    ),
    _(
        "{others} is declined against the recommendation {times} times as often as {group} (95 %"
        " interval {low} to {high}); too uncertain to say on which side of {bound} it lies."
    ),
    _(
        "{deed} {times} times as often as {group} (95 % interval {low} to {high}); the whole"
        " interval is at or above {bound}."
    ),
    _(
        "{deed} {times} times as often as {group} (95 % interval {low} to {high}), which is"
        " below {bound}, and the gap is unlikely to be chance ({p}, {test})."
    ),
    _(
        "{deed} {times} times as often as {group} (95 % interval {low} to {high}); too uncertain"
        " to say on which side of {bound} it lies."
    ),
    _("p below {bound}"),
    _("p = {p}"),
    _("{groups}; the group of {n} applicants is not known."),
    _("{groups}. Not assessable: {others}."),
    _("there is no group to compare"),
    _("there is no group to compare."),
    _("no attribute can be assessed"),
    _("no attribute can be assessed."),
    _(
        "{rest} By the law pack of {place}, the screen “{screen}” ({bound}) keeps it from being"
        " promoted: {groups}."
    ),
    _("four-fifths ratio of approvals"),
    _("approved less often than by chance"),
    _("standardised difference of the score"),
    _("predictions made while training on {day}, out of fold"),
    _("no decision yet"),
    _("decided on {day}"),
    _("decided {first} to {last}"),
    _("PD of at most {cut_off}, the contract's cut-off for approval"),
    _("recommended for approval when it was decided"),
    _(
        "approved in the end, by policy or by an officer; who still waits, withdrew, or whose"
        " application was incomplete is left out"
    ),
    _("lent by an officer, on whatever terms, though declining was recommended"),
    _("declined by an officer though approving was recommended"),
    _(
        "granted on the terms asked for, not by a counter-offer of less or of another term; the"
        " product sets no price, so nothing is known of rates or fees"
    ),
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
    _("Only {n} bad loans: every figure by feature is uncertain."),
    _("{n} rows are the same as another in everything but the id."),
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
    # Of an alert.
    _("{trouble}. Answers are not affected."),
    _("canary halted"),
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
    _("{version} is the champion"),
    _("{version} is retired"),
    _("the canary was taken back"),
    _("rolled back to {version}"),
    _("replaced by {version}"),
    _("These keys expire within {days} days: {keys}."),
    _("The webhook of {partner} at {host} was disabled: {why}."),
    _("it says that it is gone"),
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
    _("Seal {number} does not follow the seal before it."),
    _("Seal {number} was changed."),
    _("Event {event} ({what}), not sealed yet, was changed."),
    _("Event {event} ({what}) was changed."),
    _("Seal {number} covers {events} events, of which {n} are there."),
    _("Seal {number} does not fit the events under it."),
    _("Seal {number} was noted as the head, and the trail ends before it: it was cut."),
    _("Seal {number} is not the one that was noted: the trail was written anew."),
    # Of label policies, the newest loans, and the limits that a model card names.
    _(
        "Labels of declined applicants are guesses of a model of booked loans: without outcomes of"
        " applicants who would have been declined nobody can verify them. Both policies are"
        " measured on the same loans with real, matured outcomes, where reject inference is not"
        " expected to help."
    ),
    _("matured outcomes"),
    _("fuzzy augmentation"),
    _("parcelling"),
    _("officers decisions"),
    _("fewer than {n} bads or goods on one side"),
    _("It has seen only applicants whose loans were granted and whose outcome is known."),
    _("Figures are from the data above; they say nothing of a later time by themselves."),
    _("A share says what moved the score, not what caused the outcome."),
    _("Fewer than {n} people of a group are too few to judge."),
    _(
        "Less discriminatory alternatives are searched after each training: what was found, and why"
        " one was taken or not, stands in the dossier."
    ),
    _("{n} bad loans are few: mind the intervals."),
    _("Risk can only move one way with: {details}."),
    # Why a training was asked for.
    _("Every {n} days."),
    _("{new} outcomes have matured since {version}; {limit} are enough."),
    _(
        "The stability index of the score over {n} applications of the last {days} days is {index},"
        " above {limit}."
    ),
    _("{what}, says alert {number} of {day}."),
    # Of a policy that was typed in, and the words that it chooses among.
    _("is missing"),
    _("is missing: the day from which the target counts"),
    _("must be a number"),
    _("must be a number between {low} and {high}"),
    _("must be a whole number"),
    _("must be true or false"),
    _("must be a date such as {day}"),
    _("must be an exact number written as text, such as {example}"),
    _("must be one of: {words}"),
    _("must be text, and not empty"),
    _("must not be negative"),
    _("must be above {other}: else nothing is drawn"),
    _("must be above {other}"),
    _("must be below {other}"),
    _("must not be above the policy's {other}"),
    _("must not be below the policy's {other}"),
    _("must not be above {other}"),
    _("must not be below {other}"),
    _("needs {other} beside it"),
    _("needs {one} or {other}"),
    _("must be small letters, digits and underscores"),
    _("no number of an application is called {name}"),
    _("leaves no amount within requested.amount"),
    _("{word} is none of: {words}"),
    _("{word} stands twice"),
    _("is no setting of this policy"),
    _("is no setting of a rule"),
    _("The contract does not write its policy in tables of its own."),
    _("refer"),
    _("decline"),
    _("approve"),
    _("counter offer"),
    _("month"),
    _("year"),
    _("money a month"),
    _("money a year"),
    _("percent of income"),
    # Of a value that was typed in.
    _("must be {low} to {high} {unit}"),
    _("must be {low} to {high}"),
    _("is {value}, and /{field} is {other}: they must be the same"),
    _("nothing arrived in 3 days"),
)
_PLACE = re.compile(r"\\\{(\w+)\\\}")
_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.(?P<behind>\d+))?(?P<share>%)?")
_DAY = "%d %B %Y"


def translated(text: str) -> str:
    """Say it in the language that is spoken now; as it is where it is not known."""
    if (get_language() or "en").startswith("en"):
        return text
    label = gettext(text) if text else text
    return label if label != text else next(_said(text), text)


def _said(text: str) -> Iterator[str]:
    for known, pattern in _patterns():
        match = pattern.fullmatch(text)
        if match:
            parts = {name: _value(part) for name, part in match.groupdict().items()}
            yield gettext(known).format(**parts) if parts else gettext(known)


def _value(text: str) -> str:
    """Say a part of a sentence: a number, a date, another sentence, or a name as it is."""
    number = _NUMBER.fullmatch(text)
    if number:
        return _number(text, digits=len(number["behind"] or ""), is_share=bool(number["share"]))
    try:
        return formats.day(datetime.strptime(text, _DAY).replace(tzinfo=UTC))
    except ValueError:
        return translated(text)


def _number(text: str, *, digits: int, is_share: bool) -> str:
    value = float(text.replace(",", "").rstrip("%"))
    sign = "+" if text.startswith("+") else ""
    if is_share:
        return sign + formats.percentage(value / 100, digits)
    return sign + formats.number(value, digits)


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Make of each sentence what finds it: places take anything, as little of it as they can."""
    return tuple(
        (known, re.compile(_PLACE.sub(r"(?P<\1>.+?)", re.escape(known)))) for known in WORDS
    )
