"""What a notice states, how that is proved, and the law packs that it follows."""
