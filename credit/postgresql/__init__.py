"""Django's PostgreSQL, but nobody waits for a server that hangs (`credit.outages`)."""
