"""The time machine: a product's real, dated rows replayed through its own actions, day by day."""
