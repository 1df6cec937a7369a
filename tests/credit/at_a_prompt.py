"""Running a command as a person or a program does at a prompt."""

import io
import json

from django.core.management import call_command


def run(*arguments, **options):
    """Run a command; give what it printed and what it said beside that."""
    out, err = io.StringIO(), io.StringIO()
    call_command(*map(str, arguments), stdout=out, stderr=err, **options)
    return out.getvalue(), err.getvalue()


def facts(*arguments):
    return json.loads(run(*arguments, "--json")[0])
