"""The bank: submissions that are known to be right, wrong or hostile, and what must happen to each of them."""
