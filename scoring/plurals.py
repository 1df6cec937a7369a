"""Counted nouns in sentences that nobody translates: at prompts, and in files for their users."""


def counted(n: int, one: str, many: str = "") -> str:
    """Write a number with its noun.

    Examples
    --------
    >>> counted(1, "row"), counted(2_000, "row"), counted(0, "entry", "entries")
    ('1 row', '2,000 rows', '0 entries')
    """
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def were(n: int) -> str:
    """Give the verb to a number of things that were."""
    return "was" if n == 1 else "were"
