"""How often an address may show what opens nothing: looking it up costs the database a question.

No secret of ours can be guessed; this is for who tries all the same, and for a program that has not
noticed for days that its key expired. A good key is held to its own limit only.
"""

from ipaddress import ip_network

from django.http import HttpRequest

from credit import rates
from credit.api import problem_types
from credit.api.problem_documents import Problem
from credit.rates import Limit
from credit.remote_addresses import address_of

LIMIT = Limit(per_second=10, burst=100)
WAIT = (
    "Too many keys, tokens or secrets that open nothing came from this address. Wait as many"
    " seconds as Retry-After says, and send one that is good."
)
_NEIGHBOURS = {4: 32, 6: 64}  # bits: whoever has one IPv6 address has all of its last 64 bits


def refuse_beyond(request: HttpRequest) -> None:
    """End a request whose key opens nothing, where too many such came from its address."""
    verdict = rates.take_here(_name(address_of(request)), LIMIT)
    if not verdict.is_allowed:
        headers = {"Retry-After": str(verdict.retry_in)}
        raise Problem(problem_types.RATE_LIMITED, WAIT, headers=headers)


def _name(address: str | None) -> str:
    if address is None:
        return ""
    bits = _NEIGHBOURS[6 if ":" in address else 4]
    return str(ip_network(f"{address}/{bits}", strict=False))
