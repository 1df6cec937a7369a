"""Where a request comes from: what proxies of ours say, and nobody else.

Behind a proxy every connection is the proxy's. Without its word a guesser's five wrong passwords
would lock an account for everybody, for everybody comes from there.
"""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest

from credit.webhooks.addresses import Address


def address_of(request: HttpRequest) -> str | None:
    """Give the address of who asks, as far back as only our own proxies passed it on.

    A proxy puts whom it heard from at the end of X-Forwarded-For. What stands there before the
    last one that is none of ours, anybody may have written.
    """
    address = _read(request.META.get("REMOTE_ADDR", ""))
    passed_on = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    while address and passed_on and any(address in each for each in settings.EVENHAND_PROXIES):
        further = _read(passed_on.pop().strip())
        if further is None:  # nor is what stands before it to be believed
            break
        address = further
    return str(address) if address else None


def _read(text: str) -> Address | None:
    try:
        address = ip_address(text.partition("%")[0])  # without the name of an interface
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
