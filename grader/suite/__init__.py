"""The checks: one pytest file a task, one test a check."""
