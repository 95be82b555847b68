"""What is right: models as data, the numpy oracle, the diagnosis of mistakes, trusted training."""
