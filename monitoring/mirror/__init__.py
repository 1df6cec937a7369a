"""Whether officers are fair and accurate, for themselves first."""
