"""Rules of invoicing, one exception type a file."""
