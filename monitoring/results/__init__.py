"""How loans turned out and how the business does, beside what was promised."""
