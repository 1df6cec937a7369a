"""Every operation under requests that its document allows, and under others, with every check.

Longer: EVENHAND_FUZZ_EXAMPLES=200 ./run test tests/api/test_api_fuzzed.py
"""

import functools
import os
import socket

import api_lending
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, settings
from narrowed_document import aligned, narrowed, with_whole_numbers

from credit.rates import Limit

EXAMPLES = os.environ.get("EVENHAND_FUZZ_EXAMPLES")
SETTINGS = settings(
    max_examples=int(EXAMPLES or 10),
    derandomize=EXAMPLES is None,  # the short run is the same each time, and for everybody
    suppress_health_check=list(HealthCheck),
)
MANY = Limit(100_000, 100_000)
SCOPES = ("score", "read", "outcomes", "batch", "webhooks")
application = functools.cache(get_wsgi_application)  # made once the settings of tests hold


def served(environ, start_response):
    """Be the application that is not there yet when tests are collected."""
    return application()(environ, start_response)


schema = schemathesis.openapi.from_dict(narrowed())
schema.app = served


@schema.hook
def map_case(context, case):
    """Mend what is allowed by what no schema can say."""
    is_allowed = case.meta is not None and case.meta.generation.mode.is_positive
    if is_allowed and case.media_type == "application/json":
        case.body = with_whole_numbers(case.body)
        if case.operation.label == "POST /api/v1/decisions":
            case.body = aligned(case.body)
    return case


@pytest.fixture(autouse=True)
def _one_connection():
    """Stay in the test's transaction after each request, as Django's own test client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture(autouse=True)
def _no_names(monkeypatch):
    """Let addresses be numbers: of a webhook's name the network would be asked."""
    real = socket.getaddrinfo

    def numbers_only(host, port, *rest, flags=0, **more):
        return real(host, port, *rest, flags=flags | socket.AI_NUMERICHOST, **more)

    monkeypatch.setattr(socket, "getaddrinfo", numbers_only)


@pytest.fixture
def headers(champion):
    key = api_lending.key_of(scopes=SCOPES, limit=MANY).key
    return {"Authorization": f"Bearer {key}"}


@schema.parametrize()
@SETTINGS
def test_every_operation_keeps_to_the_document(case, headers):
    case.call_and_validate(headers=headers)


def test_operations_keep_to_the_document_one_after_another(headers):
    """Decide and read, report, register, pause and remove, by the ids that answers gave."""
    came = set()

    class Partner(schema.as_state_machine()):
        def setup(self):
            self.before = transaction.savepoint()

        def teardown(self):
            """Leave nothing to the next walk: the same steps must be answered in the same way."""
            transaction.savepoint_rollback(self.before)

        def get_call_kwargs(self, _case):
            return {"headers": headers}

        def after_call(self, response, case):
            super().after_call(response, case)
            came.add((case.operation.label, response.status_code))

        def validate_response(self, response, case, additional_checks=None, **sent):
            case.validate_response(
                response,
                additional_checks=additional_checks,
                headers=headers,
                transport_kwargs=sent,
                recorder=self.recorder,
            )

    Partner.run(settings=settings(SETTINGS, stateful_step_count=10))

    assert any("_id}" in label and status in {200, 201} for label, status in came)
