"""One decision for a case: split, wait, substitute, transfer, expedite and carrier together."""
