"""The roles of the house, and the account that trains when nobody in particular does."""

from django.contrib.auth.hashers import make_password
from django.db import migrations

ROLES = (
    "officer",
    "senior_officer",
    "model_developer",
    "model_validator",
    "compliance",
    "auditor",
    "administrator",
)


def fill(apps, schema_editor):  # noqa: ANN001, ANN201, D103 - Django's shape
    database = schema_editor.connection.alias
    groups = apps.get_model("auth", "Group").objects.using(database)
    for role in ROLES:
        groups.get_or_create(name=role)
    users = apps.get_model("credit", "User").objects.using(database)
    users.get_or_create(
        username="learning-worker",
        defaults={
            "is_active": False,
            "password": make_password(None),
            "first_name": "Learning",
            "last_name": "worker",
        },
    )


class Migration(migrations.Migration):
    dependencies = [("credit", "0003_guards")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
