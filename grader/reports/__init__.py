"""What is written about a submission, one renderer a file, from `Results` alone."""
