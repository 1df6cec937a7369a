"""Whether applicants are still those that the champion learned from."""
