"""The exception types the tower knows, as data: what each means, its clocks, its remedies."""
