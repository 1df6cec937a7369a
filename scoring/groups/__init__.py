"""Protected groups beside their reference: what is compared, and what may be told of it."""
