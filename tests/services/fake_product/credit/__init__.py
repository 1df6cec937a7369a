"""A product of a few lines, in the real one's shape: what the supervisor needs to find."""
