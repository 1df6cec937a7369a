"""What a drafted contract says of money, bands, policy and training until a person does."""

from collections.abc import Iterator

from scoring.drafting.facts import Facts

LGD, MARGIN = 0.5, 0.1


def money(facts: Facts) -> Iterator[str]:
    """Write the tables that no file can tell; each has a number that reads and trains."""
    even = MARGIN / (MARGIN + LGD)
    yield f"\n[economics]  # FINISH: it breaks even at margin / (margin + loss): {even:.4f}"
    yield f'loss_given_default = {LGD}\nmargin = {MARGIN}\nreview_cost = "25"\n'
    yield "[scale]\nbase_points = 600\nbase_odds = 50\npoints_to_double_odds = 20\n"
    approve, decline = round(even, 3), round(min(2.5 * even, 0.9), 3)
    edges = [("A", approve / 2), ("B", approve), ("C", (approve + decline) / 2), ("D", decline)]
    for name, edge in [*edges, ("E", 1.0)]:
        yield f'[[bands]]\nname = "{name}"\npd_below = {round(edge, 4)}\n'
    yield "[policy]  # FINISH: approve up to break-even, decline above two and a half times that"
    yield f"approve_pd_at_most = {approve}\ndecline_pd_at_least = {decline}\n"
    yield "[fairness]\nminimum_air = 0.8\nminimum_group = 30\nblocks_promotion = false\n"
    n = facts.rows
    rounds, depth = (150, 3) if n < 2_500 else (300, 4)
    fewest = max(10, min(100, facts.bad_count // 2))
    yield f"[training]\nseed = 42\nrounds = {rounds}\nmax_depth = {depth}\nlearning_rate = 0.05"
    yield "subsample = 0.8\ncolsample = 0.8\nmin_child_weight = 5\nfolds = 5"
    yield f"repeats = {5 if n < 50_000 else 1}\nminimum_bads = {fewest}\n"
    yield "# -------------------------------------------------------------------- features\n"
