"""Files of loans and applications, row by row: a wrong row is named and stops no other."""
