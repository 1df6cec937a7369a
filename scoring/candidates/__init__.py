"""A candidate beside the champion: what it would change, for whom, and when a canary stops."""
