"""The English sentences that workers and models write down, by subject."""

from frontend.stored_sentences import (
    applications,
    fairness,
    models,
    monitoring,
    past_loans,
    policies,
    proofs,
)

WORDS = (
    *models.WORDS,
    *applications.WORDS,
    *fairness.WORDS,
    *past_loans.WORDS,
    *monitoring.WORDS,
    *policies.WORDS,
    *proofs.WORDS,
)
