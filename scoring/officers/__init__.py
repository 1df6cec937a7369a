"""The officer mirror: whether the humans are fair, accurate, and like themselves."""
