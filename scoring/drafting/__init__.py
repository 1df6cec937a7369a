"""A first contract from a file of loans: what a person would otherwise type, with the evidence."""

from scoring.drafting.drafts import Draft, DraftRefused, Wishes, draft

__all__ = ["Draft", "DraftRefused", "Wishes", "draft"]
