"""What a contract file says: read strictly, held against itself, and told to others."""
