"""Many submissions, or one in somebody else's system: what runs where no student sits."""
