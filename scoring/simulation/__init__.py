"""Real, dated loans replayed day by day: the book, the officer, alarms and accounts."""
