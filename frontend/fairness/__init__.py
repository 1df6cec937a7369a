"""A fairness report as a document: its page and its PDF are set from the same blocks."""
