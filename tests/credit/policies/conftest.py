"""A product whose policy an administrator asks to change, and a validator approves."""

import policy_scene as scene
import pytest


@pytest.fixture
def product(champion):
    return champion.product


@pytest.fixture
def ask(champion, administrator):
    return scene.asks(champion.product, administrator)


@pytest.fixture
def approve(validator, django_capture_on_commit_callbacks):
    return scene.approves(validator, django_capture_on_commit_callbacks)
