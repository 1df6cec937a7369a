"""Where Django looks for the class of an engine's connections."""

from typing import Any

from django.db.backends.postgresql import base

from credit import outages


class DatabaseWrapper(base.DatabaseWrapper):
    """Connects like Django's own, and can be cut off."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Connect, or refuse at once while the server hangs."""
        outages.refuse_while_it_hangs()
        connection = super().get_new_connection(conn_params)
        outages.keep(connection)
        return connection
