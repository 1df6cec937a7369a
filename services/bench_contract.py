"""The shipped contract as a bank with millions of decisions might have it.

Two more attributes can be assessed, one of them with a group of a few in a thousand; and policy
decides most applications by itself, so that officers see the others, overrides among them.
"""

from services.trouble import Trouble

_PROTECTED = ('[[protected]]\nname = "sex"', "[[banned]]")  # from the first to the second
_GROUPS = """\
[[protected]]
name = "civil_status"
label = "Civil status"
source = "personal_status_sex"
assessable = true
reference = "A93"
groups = [
  { value = "A93", label = "single", source = ["A93"] },
  { value = "A92", label = "living apart", source = ["A92"] },
  { value = "A94", label = "married or widowed", source = ["A94"] },
  { value = "A91", label = "divorced", source = ["A91"] },
]

[[protected]]
name = "foreign_worker"
label = "Foreign worker"
source = "foreign_worker"
assessable = true
reference = "A201"
groups = [
  { value = "A201", label = "no", source = ["A201"] },
  { value = "A202", label = "yes", source = ["A202"] },
]

"""
_AUTOMATIC = (
    '[policy.automatic]\napprove_pd_at_most = 0.08\napprove_amount_at_most = "5000"\n',
    "[policy.automatic]\napprove_pd_at_most = 0.14\ndecline_pd_at_least = 0.45\n",
)


def changed(shipped: str) -> str:
    """Put the other groups and bounds in their places."""
    first, last = (shipped.find(words) for words in _PROTECTED)
    before, after = _AUTOMATIC
    if -1 in {first, last, shipped.find(before)}:
        raise Trouble("The shipped contract no longer has what the bench changes in it.")
    return (shipped[:first] + _GROUPS + shipped[last:]).replace(before, after)
