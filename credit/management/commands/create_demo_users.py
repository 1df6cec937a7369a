import os
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from credit.actions import alert_mails, users
from credit.management.console import ProductCommand
from credit.models import Role, User

# username, first name, last name, role
DEMO = (
    ("olga", "Olga", "Officer", Role.OFFICER),
    ("samir", "Samir", "Senior", Role.SENIOR_OFFICER),
    ("demo-developer", "Dana", "Developer", Role.MODEL_DEVELOPER),
    ("demo-validator", "Vera", "Validator", Role.MODEL_VALIDATOR),
    ("carla", "Carla", "Compliance", Role.COMPLIANCE),
    ("audrey", "Audrey", "Auditor", Role.AUDITOR),
    ("admin", "Ada", "Administrator", Role.ADMINISTRATOR),
)


class Command(ProductCommand):
    help = (
        "Make one account for each role, all with the password in EVENHAND_DEMO_PASSWORD. "
        "For demonstrations: never run it against a real database."
    )
    example = "create_demo_users --json"

    def work(self, options: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        password = os.environ.get("EVENHAND_DEMO_PASSWORD")
        if not password:
            raise CommandError("Put the accounts' password into EVENHAND_DEMO_PASSWORD.")
        for username, first_name, last_name, role in DEMO:
            known = User.objects.filter(username=username).first()
            if known is not None:
                _give(known, password)
                continue
            made = users.create(
                username=username,
                password=password,
                roles=[role],
                first_name=first_name,
                last_name=last_name,
                at=timezone.now(),
            )
            address = f"{username}@bank.example"  # a name that no mail reaches
            alert_mails.set_address(user_id=made.pk, address=address, at=timezone.now())
        return {
            "users": [
                {"username": username, "password": password, "role": role.value}
                for username, _, _, role in DEMO
            ]
        }

    def tell(self, facts: dict[str, Any]) -> None:
        for user in facts["users"]:
            self.stdout.write(f"{user['username']}: {user['role'].replace('_', ' ')}")


def _give(user: User, password: str) -> None:
    if not user.check_password(password):
        users.change_password(user_id=user.pk, password=password, at=timezone.now())
