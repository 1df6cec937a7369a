"""Bringing up the database and the broker."""

from services.postgres_roles import make_roles
from services.settings import Settings
from services.supervisor import Supervisor


def start(supervisor: Supervisor, *, may_forget: bool = False) -> Settings:
    """Start the servers that the environment does not name, and wait until they answer."""
    settings = Settings.prepare(supervisor.places, may_forget=may_forget)
    ours = [server for server in (settings.postgres, settings.broker) if server is not None]
    supervisor.start(*(server.service() for server in ours))
    supervisor.wait_until_ready(*supervisor.children)
    if settings.postgres is not None:
        make_roles(settings.postgres)
    names = [child.service.name for child in supervisor.children.values()]
    if names:
        supervisor.progress.line(f"{' and '.join(names)} {'answer' if ours[1:] else 'answers'}")
    return settings
