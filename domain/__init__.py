"""Plain values, rules and laws of order fulfilment; imports nothing else of ours."""
