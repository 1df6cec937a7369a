"""Somebody who has all reports, and works out what can be worked out of them.

Another way than the product's: every set of people that could be of interest is tried, and row
reduction in a field of a large prime says whether adding and taking off what was told gives its
number. What rational numbers can combine, the field can too.
"""

from itertools import product

import numpy as np

PRIME = 2_147_483_647


def reduced(rows):
    """Give a basis in reduced form, and the column that each row leads with."""
    rows = np.array(rows, dtype=np.int64) % PRIME
    leads, at = [], 0
    for column in range(rows.shape[1]):
        found = np.flatnonzero(rows[at:, column])
        if not len(found):
            continue
        rows[[at, at + found[0]]] = rows[[at + found[0], at]]
        rows[at] = rows[at] * pow(int(rows[at, column]), -1, PRIME) % PRIME
        others = np.flatnonzero(rows[:, column])
        others = others[others != at]
        rows[others] = (rows[others] - np.outer(rows[others, column], rows[at])) % PRIME
        leads.append(column)
        at += 1
        if at == len(rows):
            break
    return rows[:at], leads


def combined(wanted, rows):
    """Say of each wanted combination whether it is one of the rows'."""
    basis, leads = reduced(rows)
    left = np.array(wanted, dtype=np.int64)
    for row, lead in zip(basis, leads, strict=True):
        left = (left - np.outer(left[:, lead], row)) % PRIME
    return ~left.any(axis=1)


def found_out(counts, told, *, smallest):
    """Find the sets of people of one group that are too few, and can be worked out.

    `counts` are people by place and group, the last group being nobody's secret; `told` are
    numbered as the counts are, a row for each count. How many a place has in all is known, and
    where nobody is told of, there is nobody anywhere.
    """
    places, groups = counts.shape
    sets = np.array(list(product((0, 1), repeat=places)), dtype=np.int64)
    known = np.vstack([np.kron(np.eye(places, dtype=np.int64), np.ones(groups, int)), *told])
    of_nobody = known[known @ counts.ravel() == 0].any(axis=0)
    known = np.vstack([known, np.eye(counts.size, dtype=np.int64)[of_nobody]])
    for group in range(groups - 1):
        people = sets @ counts[:, group]
        few = sets[(people > 0) & (people < smallest)]
        of_group = np.eye(groups, dtype=np.int64)[group]
        found = combined((few[:, :, None] * of_group).reshape(len(few), counts.size), known)
        if found.any():
            return group, few[found][0]
    return None
