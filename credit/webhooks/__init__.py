"""Telling partners' systems what happened: addresses, signatures, sending. No tables, no clock."""
