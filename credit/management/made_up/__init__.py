"""Made-up decisions by the million, as a bank has them: what `bench_tables` measures beside."""
