"""Where student code runs: a confined process of its own that answers questions with plain data."""
