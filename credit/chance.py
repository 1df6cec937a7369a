"""Bytes of chance, taken from the kernel many at a time.

Each time a thread asks the kernel it lets go of the interpreter's lock and queues for it again.
"""

import os

SIZE = 16
_AT_ONCE = 256
_kept: list[bytes] = []


def sixteen() -> bytes:
    """Give sixteen bytes that nobody can guess, and that nobody was given before."""
    try:
        return _kept.pop()  # which no two threads can do with the same
    except IndexError:
        page = os.urandom(SIZE * _AT_ONCE)
    parts = [page[at : at + SIZE] for at in range(0, len(page), SIZE)]
    mine = parts.pop()
    _kept.extend(parts)
    return mine


os.register_at_fork(after_in_child=_kept.clear)  # else parent and child would give the same
