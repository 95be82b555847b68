"""What is asked: the tasks, every number, the data set, the stubs."""
