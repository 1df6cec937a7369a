"""What an id looks like in a path; anything else is an unknown path, without a query for it."""


class PublicId:
    """A ULID as we write it."""

    regex = "[0-7][0-9A-HJKMNP-TV-Z]{25}"

    def to_python(self, value: str) -> str:
        """Take it as it stands."""
        return value

    def to_url(self, value: str) -> str:
        """Write it as it stands."""
        return value
