"""What the X12 transaction sets say, one reader a set."""
