"""What the EDIFACT messages say, one reader a message."""
