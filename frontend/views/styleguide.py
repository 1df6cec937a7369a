"""Every token and component in one place, for who builds pages; none of it is in service."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django import forms
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from frontend.charts.dial import Dial
from frontend.charts.dots import dots
from frontend.charts.waterfall import Row

_TOKEN = re.compile(r"^\s+--([\w-]+): (.+);", re.MULTILINE)
NOW = datetime(2026, 11, 23, 9, 5, tzinfo=UTC)
WATERFALL = (
    Row("start", "", 520.0, "0.00%", "60.00%", "60.00%"),
    Row("took", "A reason that takes points", -31.2, "40.00%", "20.00%", "40.00%"),
    Row("gave", "A reason that gives points", 18.4, "40.00%", "12.00%", "52.00%"),
    Row("rest", "3 smaller reasons together", 2.1, "52.00%", "2.00%", "54.00%"),
    Row("sum", "", 509.3, "0.00%", "54.00%", "54.00%"),
)
DIALS = (
    Dial("good", 28.8, 42.0, None),
    Dial("watch", 60.0, 24.0, None),
    Dial("bad", None, None, 70.0),
)


class SampleForm(forms.Form):
    """A control of each kind, as it is and as it is refused."""

    text = forms.CharField(label="Text", help_text="What it is for, in a sentence.")
    choice = forms.ChoiceField(label="Choice", choices=[("", "Choose"), ("a", "The first")])
    words = forms.CharField(label="Words", widget=forms.Textarea(attrs={"rows": 3}))


def index(request: HttpRequest) -> HttpResponse:
    """Show tokens, type, space and components in both colour schemes."""
    tokens = _tokens()
    page = {
        "colours": [name for name, value in tokens if "light-dark(#" in value],
        "sizes": [name for name, _ in tokens if name.startswith("text-")],
        "spaces": [name for name, _ in tokens if re.fullmatch(r"s\d", name)],
        "schemes": [_scheme(name) for name in ("light", "dark")],
        "rows": WATERFALL,
        "dials": DIALS,
        "dots": dots(0.21),
        "now": NOW,
        "before": NOW - timedelta(hours=3),
    }
    return render(request, "styleguide/index.html", page)


def _scheme(name: str) -> dict[str, object]:
    """Give each scheme controls of its own, as no two may share an id."""
    return {
        "name": name,
        "fields": SampleForm(auto_id=f"{name}-%s"),
        "refused": SampleForm({}, auto_id=f"{name}-refused-%s"),
    }


def _tokens() -> list[tuple[str, str]]:
    text = Path(str(finders.find("frontend/tokens.css"))).read_text()
    return _TOKEN.findall(text.partition("@media")[0])
