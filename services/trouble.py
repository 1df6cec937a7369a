class Trouble(Exception):
    """Something that stops us, in words for the person at the terminal."""


class StopAsked(Trouble):
    """Ctrl-C, `./run stop` or a closed terminal."""
