#!/usr/bin/env python
"""Run a management command of Evenhand."""

import os
import sys

from django.core.management import execute_from_command_line

from credit.environment import EnvironmentRefused

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "credit.settings")
    try:
        execute_from_command_line(sys.argv)
    except EnvironmentRefused as refused:
        sys.exit(str(refused))
