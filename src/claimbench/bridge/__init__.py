"""Other harnesses: their tasks as benchmarks, their files in, our results out."""
