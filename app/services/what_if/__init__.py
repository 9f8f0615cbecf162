"""What-if on today's mirror: the backlog as a baseline, changed worlds solved beside it, and what differs."""
