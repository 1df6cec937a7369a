"""How the product answers and what its worker does, beside what slo.toml promises."""
