"""Where a webhook may go: never to a machine that only we can reach (server-side request forgery).

A name is resolved and every address of it is looked at, when it is registered and again for each
connection; the connection is made to an address that was looked at, so a name that points elsewhere
a moment later gains nothing (DNS rebinding).
"""

import re
import socket
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from threading import Thread
from urllib.parse import SplitResult, urlsplit

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

LONGEST = 500
RESOLVED_WITHIN = 3.0  # seconds
_VISIBLE = re.compile(r"[!-~]+")
_HOST = re.compile(r"[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\]")
_PORTS = {"https": 443, "http": 80}
# What Python calls global and nobody outside has any business with: the addresses by which clouds
# talk to their own machines, and IPv6 that carries an IPv4 address along.
_ALSO_REFUSED: tuple[Network, ...] = tuple(
    ip_network(each)
    for each in (
        *("168.63.129.16/32", "192.88.99.0/24", "192.0.0.0/24", "100.64.0.0/10", "198.18.0.0/15"),
        *("64:ff9b::/96", "64:ff9b:1::/48", "2001::/23", "2001:db8::/32", "2002::/16", "fec0::/10"),
    )
)


class AddressRefused(ValueError):
    """A webhook cannot go there; the sentence is fit for the partner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A checked place: the name for TLS and `Host`, and the addresses that were looked at."""

    host: str
    port: int
    path: str
    is_tls: bool
    addresses: tuple[str, ...]


def check(url: str, *, allowed: Sequence[Network] = ()) -> Target:
    """Resolve an address and give where to connect; refuse it by name otherwise.

    `allowed` are networks that may be reached although they are ours; only to loopback among them
    may a webhook go without TLS.
    """
    parts, port = _parts(url)
    host = str(parts.hostname)
    found = _resolve(host, port)
    for address in found:
        _refuse_ours(address, allowed)
    if parts.scheme != "https" and not all(address.is_loopback for address in found):
        raise AddressRefused("A webhook's address begins with https://.")
    return Target(
        host=host,
        port=port,
        path=f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}",
        is_tls=parts.scheme == "https",
        addresses=tuple(str(address) for address in found),
    )


def shown(url: str) -> str:
    """Give an address fit to be shown: its query may hold what only the partner should know.

    Examples
    --------
    >>> shown("https://bank.example/hooks?token=s3cret")
    'https://bank.example/hooks?…'
    """
    before, mark, _ = url.partition("?")
    return f"{before}?…" if mark else before


def host_of(url: str) -> str:
    """Name the host of an address that was checked."""
    return urlsplit(url).hostname or ""


def networks(text: str) -> tuple[Network, ...]:
    """Read networks separated by commas.

    Examples
    --------
    >>> networks("127.0.0.0/8, ::1")
    (IPv4Network('127.0.0.0/8'), IPv6Network('::1/128'))
    """
    return tuple(ip_network(each.strip()) for each in text.split(",") if each.strip())


def _parts(url: str) -> tuple[SplitResult, int]:
    if len(url) > LONGEST or not _VISIBLE.fullmatch(url):
        raise AddressRefused(f"An address has 1 to {LONGEST} visible ASCII characters.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise AddressRefused("This cannot be read as an address.") from error
    if parts.scheme not in _PORTS:
        raise AddressRefused("A webhook's address begins with https://.")
    if "@" in parts.netloc or "#" in url or "\\" in url:
        raise AddressRefused("An address has no user name, no fragment and no backslash.")
    if not parts.hostname or not _HOST.fullmatch(_without_port(parts.netloc)) or port == 0:
        raise AddressRefused("This address names no host that can be reached.")
    return parts, port or _PORTS[parts.scheme]


def _without_port(netloc: str) -> str:
    return netloc if netloc.endswith("]") else re.sub(r":\d*$", "", netloc)


def _resolve(host: str, port: int) -> list[Address]:
    """Ask for a name's addresses, and not for long: its owner's server may never answer."""
    answers: list[Address] = []
    asking = Thread(target=_ask, args=(host, port, answers), name="resolve", daemon=True)
    asking.start()
    asking.join(RESOLVED_WITHIN)
    if not answers:
        raise AddressRefused(f"The name {host} cannot be resolved.")
    return answers


def _ask(host: str, port: int, answers: list[Address]) -> None:
    with suppress(OSError, ValueError):  # a name that no server knows, or that is none
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        answers.extend(dict.fromkeys(ip_address(str(each[4][0])) for each in found))


def _refuse_ours(address: Address, allowed: Sequence[Network]) -> None:
    inner = getattr(address, "ipv4_mapped", None) or address
    if any(inner in network for network in allowed):
        return
    is_ours = not inner.is_global or inner.is_multicast or inner.is_reserved
    if is_ours or any(inner in network for network in _ALSO_REFUSED):
        raise AddressRefused("A webhook does not go to a private, local or reserved address.")
