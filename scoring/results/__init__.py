"""What loans and business came to, from counts that add up: performance, vintages, profit."""
