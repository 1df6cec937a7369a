"""What is said of groups: by a fairness report, and by a search for fairer alternatives."""

from django.utils.translation import gettext_noop as _

WORDS = (
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
    _(
        "No figures of this attribute: beside those of {report} they would tell of fewer than"
        " {least} people. Ask for the same months and versions as that report, for months that are"
        " apart from it, or for each month alone."
    ),
    _(
        "No outcomes of this attribute: beside those of {report} they would tell of fewer than"
        " {least} people. Ask for the same months and versions as that report, for months that are"
        " apart from it, or for each month alone."
    ),
    _(
        "No figures of this attribute by {within}: beside those of {report} they would tell of"
        " fewer than {least} people. Ask for the same months and versions as that report, for"
        " months that are apart from it, or for each month alone."
    ),
    _(
        "No figures of these two at once: beside those of {report} they would tell of fewer than"
        " {least} people. Ask for the same months and versions as that report, for months that are"
        " apart from it, or for each month alone."
    ),
    _(
        "No figures of this attribute: what {report} told can no longer be counted, since some of"
        " it was changed or erased. Ask for months that are apart from it."
    ),
    _(
        "No figures of these two at once: what {report} told can no longer be counted, since some"
        " of it was changed or erased. Ask for months that are apart from it."
    ),
    _("report {id} ({of}, {period})"),
    _("the gaps of {period} ({of})"),
    _(
        "Withheld: beside the fairness reports on these decisions, or one version beside another,"
        " it would tell of fewer than {least} people."
    ),
    _("Insufficient evidence: nowhere are there people of this group and of {group}."),
    _("in the file of past loans"),
    _("sent with the application"),
    _("lent to against the recommendation"),
    _("granted what was asked for"),
    _("declined against the recommendation"),
    _("Cochran-Mantel-Haenszel test"),
    _("Not assessable: the contract gives no reason."),
    _("{rest} It shows as well in: {stage}."),
    _("The model's recommendation, {period}. {rest}"),
    _("Final decisions, {period}. {rest}"),
    _("Officers' overrides: lent against the recommendation, {period}. {rest}"),
    _("Officers' overrides: declined against the recommendation, {period}. {rest}"),
    _("Terms: what was offered of what was asked for, {period}. {rest}"),
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
    _(
        "{deed} {times} times as often as {group} (95 % interval {low} to {high}); by the screen"
        " “{screen}” ({bound}) of {place}."
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
)
