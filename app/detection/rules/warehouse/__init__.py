"""Rules of warehouse, one exception type a file."""
