"""Every page there is, found as a person would: from the table of addresses, then link by link.

A new page is walked without being named here. One that no page leads to is reported by
`unreached`, as nobody could find it.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape
from urllib.parse import urljoin, urlsplit

from django.urls import Resolver404, resolve

from frontend import urls
from frontend.access import ACCESS

LINK = re.compile(r'\b(?:href|action)="([^"#]+)')
NO_PAGES = {"ingestion_report", "notice_file", "dossier_file", "fairness_report_file"}  # files
MOST = 4  # addresses of one name, each of another application or version

Read = Callable[[str], tuple[int, str, str]]  # address to status, type, text


@dataclass(frozen=True)
class Found:
    """A page that opened."""

    name: str
    address: str
    html: str


def found_by(read: Read, role: str | None) -> list[Found]:
    """Open what a person of this role may read, and what those pages lead to."""
    waiting, seen, taken, found = [*_beginnings(role)], set(), Counter(), []
    while waiting:
        address = waiting.pop(0)
        name = _name(address)
        if address in seen or name not in ACCESS or name in NO_PAGES or taken[name] >= MOST:
            continue
        if not _may(role, name):
            continue
        seen.add(address)
        taken[name] += 1
        status, kind, html = read(address)
        if status == 200 and kind.startswith("text/html"):
            found.append(Found(name, address, html))
            links = (unescape(each) for each in LINK.findall(html))
            waiting += [urljoin(address, each) for each in links if "://" not in each]
    return found


def unreached(names: set[str]) -> set[str]:
    """Give the pages of the table that nobody found."""
    read = {pattern.name for pattern in urls.urlpatterns if not _takes_forms_only(pattern.callback)}
    return {name for name in read if ACCESS[name].read} - names - NO_PAGES


def _takes_forms_only(view: Callable[..., object] | None) -> bool:
    """Find Django's `require_POST` around a view."""
    while view is not None:
        if any(cell.cell_contents == ["POST"] for cell in view.__closure__ or ()):
            return True
        view = getattr(view, "__wrapped__", None)
    return False


def _beginnings(role: str | None) -> Iterator[str]:
    for pattern in urls.urlpatterns:
        if not pattern.pattern.converters and _may(role, pattern.name):
            yield f"/{pattern.pattern}"


def _name(address: str) -> str | None:
    try:
        return resolve(urlsplit(address).path).url_name
    except Resolver404:
        return None


def _may(role: str | None, name: str) -> bool:
    return ACCESS[name].is_public if role is None else role in ACCESS[name].read
